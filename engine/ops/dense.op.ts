import type { Shape } from '../base/shape.ts'
import { activationAttributes, activationFlops, activationNames, hasGradientFromOutput } from './activations.ts'
import { elements, expectRank, expectShape, expectShapeIfGiven, features, shapeError, withAxis } from './check.ts'
import { defineOp } from './op.ts'

/** The matrix w of `op`; refuses another rank. */
function matrix(op: string, shape: Shape | null | undefined): readonly [number, number] {
  const w = expectRank(op, 'w', shape, 2)
  if (w.length !== 2) shapeError(op, 'w', 'a matrix', `${w.length} dimensions`)
  return [w[0] as number, w[1] as number]
}

function sameRows(op: string, operand: string, a: Shape, b: Shape): void {
  expectShape(op, operand, withAxis(b, b.length - 1, features(a)), a)
}

/** y = activation(x w + b) over the last axis. */
export const dense = defineOp({
  name: 'dense',
  inputs: ['x', 'w', 'b?'],
  outputs: ['y'],
  attributes: activationAttributes,
  shape([xShape, wShape, b]) {
    const x = expectRank('dense', 'x', xShape, 2)
    const [depth, units] = matrix('dense', wShape)
    if (features(x) !== depth) shapeError('dense', 'w', `${features(x)} x units`, `${depth} x ${units}`)
    expectShapeIfGiven('dense', 'b', b, [units])
    return [withAxis(x, x.length - 1, units)]
  },
  vjp({ builder, gradients, inputs, outputs, attributes, needs }) {
    const [x, w, b] = inputs as [number, number, number | null]
    let g = gradients[0] ?? null
    if (g !== null && attributes.activation !== 'linear') {
      const fromOutput = hasGradientFromOutput(attributes.activation as string, attributes.alpha as number)
      const before = fromOutput ? null : builder.emitOne('dense', [x, w, b])
      g = builder.emitOne('activation_gradient', [g, before, fromOutput ? (outputs[0] as number) : null], attributes)
    }
    if (g === null) return [null, null, null]
    const dx = needs[0] ? builder.emitOne('dense_input_gradient', [g, w, null]) : null
    if (!needs[1] && !needs[2]) return [dx, null, null]
    const [dw, db] = builder.emit('dense_parameter_gradient', [x, g]) as [number, number]
    return [dx, dw, b === null ? null : db]
  },
  flops: ([x, , b], [y], attributes) =>
    elements(y) * (2 * features(x ?? []) + (b ? 1 : 0) + activationFlops(attributes.activation as string)),
  onnx: 'Gemm (rank 2), MatMul and Add',
  samples: [
    { name: 'with bias', inputs: [[-1, 7], [7, 5], [5]] },
    { name: 'without bias', inputs: [[-1, 7], [7, 5], null] },
    { name: 'one unit', inputs: [[-1, 3], [3, 1], [1]] },
    { name: 'sequences', inputs: [[-1, 4, 6], [6, 3], [3]] },
    { name: 'wide', inputs: [[-1, 65], [65, 33], [33]] },
    ...activationNames.slice(1).map((activation) => ({
      name: activation,
      inputs: [[-1, 7], [7, 5], [5]],
      attributes: { activation, alpha: 0.3 },
    })),
  ],
})

/** dx = dy wᵀ, times act' expressed by y = act(...) where y is given. */
export const denseInputGradient = defineOp({
  name: 'dense_input_gradient',
  inputs: ['dy', 'w', 'y?'],
  outputs: ['dx'],
  attributes: activationAttributes,
  shape([dyShape, wShape, y], attributes) {
    const op = 'dense_input_gradient'
    const dy = expectRank(op, 'dy', dyShape, 2)
    const [depth, units] = matrix(op, wShape)
    if (features(dy) !== units) shapeError(op, 'w', `inputs x ${features(dy)}`, `${depth} x ${units}`)
    const dx = withAxis(dy, dy.length - 1, depth)
    expectShapeIfGiven(op, 'y', y, dx)
    if (y && !hasGradientFromOutput(attributes.activation as string, attributes.alpha as number))
      shapeError(op, 'y', 'an activation whose gradient follows from its output', String(attributes.activation))
    return [dx]
  },
  flops: ([dy, , y], [dx], attributes) =>
    elements(dx) * (2 * features(dy ?? []) + (y ? 1 + activationFlops(attributes.activation as string) : 0)),
  onnx: null,
  samples: [
    { name: 'plain', inputs: [[-1, 5], [7, 5], null] },
    { name: 'sequences', inputs: [[-1, 4, 3], [6, 3], null] },
    ...['relu', 'sigmoid', 'tanh', 'leaky_relu', 'elu'].map((activation) => ({
      name: `through ${activation}`,
      inputs: [
        [-1, 5],
        [17, 5],
        [-1, 17],
      ],
      attributes: { activation, alpha: 0.3 },
      draw: [null, null, { min: 0.05, max: 0.95 }],
    })),
  ],
})

/** dw = xᵀ dy; db = column sums of dy. */
export const denseParameterGradient = defineOp({
  name: 'dense_parameter_gradient',
  inputs: ['x', 'dy'],
  outputs: ['dw', 'db?'],
  attributes: {},
  shape([xShape, dyShape]) {
    const op = 'dense_parameter_gradient'
    const x = expectRank(op, 'x', xShape, 2)
    const dy = expectRank(op, 'dy', dyShape, 2)
    sameRows(op, 'dy', x, dy)
    return [[features(x), features(dy)], [features(dy)]]
  },
  flops: ([x, dy]) => 2 * elements(x) * features(dy ?? []) + elements(dy),
  onnx: null,
  samples: [
    {
      name: 'small',
      inputs: [
        [-1, 7],
        [-1, 5],
      ],
    },
    {
      name: 'sequences',
      inputs: [
        [-1, 4, 6],
        [-1, 4, 3],
      ],
    },
    {
      name: 'wide',
      inputs: [
        [-1, 65],
        [-1, 33],
      ],
    },
  ],
})
