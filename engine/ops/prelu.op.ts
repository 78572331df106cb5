import { formatShape, type Shape } from '../base/shape.ts'
import { elements, expectRank, expectShape, reuseOf, shapeError } from './check.ts'
import { defineOp } from './op.ts'

function checked(op: string, xShape: Shape | null | undefined, slope: Shape | null | undefined): Shape {
  const x = expectRank(op, 'x', xShape, 1)
  const sample = x.slice(1)
  const fits = slope?.length === sample.length && slope.every((size, axis) => size === 1 || size === sample[axis])
  if (!fits)
    shapeError(op, 'slope', `${formatShape(sample)}, or 1 along shared axes`, slope ? formatShape(slope) : 'nothing')
  return x
}

/** y = x where x > 0, else slope x; one slope a feature, or one for all along axes of size 1 (He et al. 2015). */
export const prelu = defineOp({
  name: 'prelu',
  inputs: ['x', 'slope'],
  outputs: ['y'],
  attributes: {},
  reuse: reuseOf(0),
  shape: ([x, slope]) => [checked('prelu', x, slope)],
  vjp: ({ builder, gradients, inputs }) =>
    gradients[0] == null
      ? [null, null]
      : builder.emit('prelu_gradient', [gradients[0], inputs[0] as number, inputs[1] as number]),
  flops: ([x]) => 2 * elements(x),
  onnx: 'PRelu',
  kinks: (value, input) => input === 0 && Math.abs(value) < 1e-2,
  samples: [
    { name: 'vectors', inputs: [[-1, 6], [6]] },
    {
      name: 'images',
      inputs: [
        [-1, 3, 4],
        [3, 4],
      ],
    },
    {
      name: 'one slope a channel',
      inputs: [
        [-1, 3, 2, 18],
        [1, 1, 18],
      ],
    },
    {
      name: 'slopes shared along channels',
      inputs: [
        [-1, 3, 2, 4],
        [3, 1, 1],
      ],
    },
    {
      name: 'one slope a row, one a channel',
      inputs: [
        [-1, 3, 2, 4],
        [3, 1, 4],
      ],
    },
  ],
})

/** dx = dy where x > 0, else slope dy; dslope = sum of dy x where x <= 0, over samples and shared axes. */
export const preluGradient = defineOp({
  name: 'prelu_gradient',
  inputs: ['dy', 'x', 'slope'],
  outputs: ['dx', 'dslope'],
  attributes: {},
  shape([dy, x, slope]) {
    const shape = checked('prelu_gradient', x, slope)
    expectShape('prelu_gradient', 'dy', dy, shape)
    return [shape, slope as Shape]
  },
  flops: ([dy]) => 4 * elements(dy),
  onnx: null,
  samples: [
    { name: 'vectors', inputs: [[-1, 6], [-1, 6], [6]] },
    {
      name: 'one slope a channel',
      inputs: [
        [-1, 3, 2, 18],
        [-1, 3, 2, 18],
        [1, 1, 18],
      ],
    },
    {
      name: 'one slope',
      inputs: [
        [-1, 3, 5],
        [-1, 3, 5],
        [1, 1],
      ],
    },
  ],
})
