import { elements, expectShape, given, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** The sum of its terms, in their order. A sum of one term is removed by the simplifier. */
export const add = defineOp({
  name: 'add',
  inputs: ['terms...'],
  outputs: ['y'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape(terms) {
    const shape = given('add', 'term 0', terms[0])
    for (const [index, term] of terms.entries()) expectShape('add', `term ${index}`, term, shape)
    return [shape]
  },
  vjp: ({ gradients, inputs }) => inputs.map(() => gradients[0] ?? null),
  flops: (terms) => (terms.length - 1) * elements(terms[0]),
  onnx: 'Sum',
  samples: [
    {
      name: 'two',
      inputs: [
        [-1, 5],
        [-1, 5],
      ],
    },
    { name: 'four', inputs: [[3], [3], [3], [3]] },
    { name: 'scalars', inputs: [[], []] },
  ],
})
