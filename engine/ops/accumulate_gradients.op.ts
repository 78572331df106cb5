import { formatShape, type Shape } from '../base/shape.ts'
import { expectShape, given, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/**
 * Keras 3's gradient accumulation: sums begin anew with the first of `every` steps and become means with the last, whose update takes
 * them. In between they are nobody's gradient.
 */
export const accumulateGradients = defineOp({
  name: 'accumulate_gradients',
  inputs: ['operands...'],
  outputs: ['sums...'],
  attributes: {
    count: { kind: 'integer', min: 1, max: 1 << 20 },
    every: { kind: 'integer', min: 1, max: 1 << 20 },
  },
  inPlace: (inputCount) => Array.from({ length: inputCount / 2 }, (_, index) => [index, index] as const),
  shape(inputs, attributes) {
    const name = 'accumulate_gradients'
    const k = attributes.count as number
    if (inputs.length !== 2 * k) shapeError(name, 'operands', `${2 * k} of them`, String(inputs.length))
    const sums = inputs.slice(0, k).map((input, index): Shape => {
      const shape = given(name, `sum ${index}`, input)
      if (shape.some((dimension) => dimension < 0))
        shapeError(name, `sum ${index}`, 'a fixed shape', formatShape(shape))
      return shape
    })
    for (const [index, sum] of sums.entries()) expectShape(name, `gradient ${index}`, inputs[k + index]!, sum)
    return sums
  },
  flops: () => 0,
  onnx: null,
  samples: [
    { name: 'first and last of one', inputs: [[5, 3], [3], [5, 3], [3]], attributes: { count: 2, every: 1 } },
    { name: 'first of three', inputs: [[5, 3], [3], [5, 3], [3]], attributes: { count: 2, every: 3 } },
    { name: 'one parameter', inputs: [[17], [17]], attributes: { count: 1, every: 2 } },
  ],
})
