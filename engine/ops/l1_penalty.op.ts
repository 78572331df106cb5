import { elements, expectShape, given, reuseOf } from './check.ts'
import { type AttributeSpec, defineOp } from './op.ts'

const factor: AttributeSpec = { kind: 'number', min: -1e30, max: 1e30 }

/** factor sum |w|, as in Keras 3. */
export const l1Penalty = defineOp({
  name: 'l1_penalty',
  inputs: ['w'],
  outputs: ['penalty'],
  attributes: { factor },
  shape([w]) {
    given('l1_penalty', 'w', w)
    return [[]]
  },
  vjp: ({ builder, gradients: [g], inputs: [w], attributes }) => [
    g == null ? null : builder.emitOne('l1_penalty_gradient', [g, w as number], attributes),
  ],
  flops: ([w]) => 2 * elements(w),
  onnx: null,
  kinks: (value) => Math.abs(value) < 1e-2,
  samples: [
    { name: 'matrix', inputs: [[5, 3]], attributes: { factor: 0.01 } },
    { name: 'vector', inputs: [[7]], attributes: { factor: 1 } },
  ],
})

/** g factor sign(w); sign(0) = 0. */
export const l1PenaltyGradient = defineOp({
  name: 'l1_penalty_gradient',
  inputs: ['g', 'w'],
  outputs: ['dw'],
  attributes: { factor },
  reuse: reuseOf(1),
  shape([g, w]) {
    expectShape('l1_penalty_gradient', 'g', g, [])
    return [given('l1_penalty_gradient', 'w', w)]
  },
  flops: ([, w]) => 2 * elements(w),
  onnx: null,
  samples: [{ name: 'matrix', inputs: [[], [5, 3]], attributes: { factor: 0.01 } }],
})
