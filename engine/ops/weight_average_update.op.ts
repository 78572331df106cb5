import { formatShape, type Shape } from '../base/shape.ts'
import { expectShape, given, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/**
 * The exponential moving average of weights as in Keras 3 (`use_ema`): a = momentum a + (1 - momentum) w after each step, a = w while no
 * update is complete. Every `overwriteEvery` updates (0: never) the weights become their averages. An update takes `every` steps.
 */
export const weightAverageUpdate = defineOp({
  name: 'weight_average_update',
  inputs: ['operands...'],
  outputs: ['updated...'],
  attributes: {
    count: { kind: 'integer', min: 1, max: 1 << 20 },
    momentum: { kind: 'number', min: 0, max: 1 },
    overwriteEvery: { kind: 'integer', min: 0, max: 1 << 30, default: 0 },
    every: { kind: 'integer', min: 1, max: 1 << 20, default: 1 },
  },
  effect: true,
  inPlace: (inputCount) => Array.from({ length: inputCount }, (_, index) => [index, index] as const),
  shape(inputs, attributes) {
    const name = 'weight_average_update'
    const k = attributes.count as number
    if (inputs.length !== 2 * k) shapeError(name, 'operands', `${2 * k} of them`, String(inputs.length))
    const shapes = inputs.map((input, index) => given(name, `operand ${index}`, input))
    for (const [index, shape] of shapes.entries()) {
      if (shape.some((dimension) => dimension < 0))
        shapeError(name, `operand ${index}`, 'a fixed shape', formatShape(shape))
      expectShape(name, `operand ${index}`, shape, shapes[index % k] as Shape)
    }
    return shapes
  },
  flops: () => 0,
  onnx: null,
  samples: [
    { name: 'first step', inputs: [[5, 3], [3], [5, 3], [3]], attributes: { count: 2, momentum: 0.9 } },
    { name: 'overwriting', inputs: [[17], [17]], attributes: { count: 1, momentum: 0.5, overwriteEvery: 1 } },
    { name: 'no update yet', inputs: [[4], [4]], attributes: { count: 1, momentum: 0.99, every: 4 } },
  ],
})
