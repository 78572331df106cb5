import type { Shape } from '../base/shape.ts'
import { elements, expectShape, expectShapeIfGiven, given, shapeError } from './check.ts'
import { type AttributeSpec, type Attributes, defineOp } from './op.ts'

const attributes: Readonly<Record<string, AttributeSpec>> = {
  heads: { kind: 'integer', min: 1, max: 2 ** 20, default: 1 },
  scale: { kind: 'number', min: -1e30, max: 1e30, default: 1 },
  causal: { kind: 'boolean', default: false },
  rate: { kind: 'number', min: 0, max: 1 - 2 ** -24, default: 0 },
  stream: { kind: 'integer', min: 0, max: 2 ** 32 - 1, default: 0 },
}

/** Sequences N x steps x features. */
export function expectSequences(op: string, operand: string, shape: Shape | null | undefined): Shape {
  const x = given(op, operand, shape)
  if (x.length !== 3 || x[0] !== -1) shapeError(op, operand, 'N x steps x features', x.join(' x '))
  return x
}

/** Refuses operands that do not belong together; returned are the shapes of the output and of the sums. */
function checked(
  op: string,
  [query, key, value, mask]: readonly (Shape | null | undefined)[],
  { heads }: Attributes,
): [Shape, Shape] {
  const q = expectSequences(op, 'q', query)
  const v = expectSequences(op, 'v', value)
  const [, queries, width] = q as [number, number, number]
  const [, keys, valueWidth] = v as [number, number, number]
  expectShape(op, 'k', key, [-1, keys, width])
  expectShapeIfGiven(op, 'mask', mask, [-1, keys])
  if (width % (heads as number) !== 0 || valueWidth % (heads as number) !== 0)
    shapeError(op, 'q', `features that ${heads} heads divide`, `${width} and ${valueWidth}`)
  return [
    [-1, queries, valueWidth],
    [-1, heads as number, queries],
  ]
}

const masked = [null, null, null, { classes: 2 }] as const

/** Scaled dot-product attention of several heads (Vaswani et al. 2017), head after head along the features. */
export const attention = defineOp({
  name: 'attention',
  inputs: ['q', 'k', 'v', 'mask?'],
  outputs: ['y', 'log_sum?'],
  attributes,
  shape: (inputs, attributes) => checked('attention', inputs, attributes),
  vjp({ builder, gradients: [g], inputs: [q, k, v, mask], outputs, attributes }) {
    if (g == null) return [null, null, null, null]
    const taped = [g, q ?? null, k ?? null, v ?? null, mask ?? null, ...outputs]
    return [...builder.emit('attention_gradient', taped, attributes), null]
  },
  flops([query, key, value]) {
    const keys = key?.[1] ?? 0
    return 2 * keys * elements(query) + (2 * keys * elements(query) * (value?.[2] ?? 0)) / (query?.[2] ?? 1)
  },
  onnx: 'Reshape, Transpose, MatMul, Softmax',
  samples: [
    {
      name: 'two heads',
      inputs: [[-1, 4, 6], [-1, 5, 6], [-1, 5, 4], null],
      attributes: { heads: 2, scale: 0.6 },
    },
    {
      name: 'masked keys',
      inputs: [
        [-1, 3, 5],
        [-1, 7, 5],
        [-1, 7, 5],
        [-1, 7],
      ],
      attributes: { scale: 1.2 },
      draw: [...masked],
    },
    {
      name: 'causal and masked, three heads',
      inputs: [
        [-1, 6, 6],
        [-1, 6, 6],
        [-1, 6, 3],
        [-1, 6],
      ],
      attributes: { heads: 3, causal: true },
      draw: [...masked],
    },
    {
      name: 'dropped weights',
      inputs: [[-1, 5, 4], [-1, 6, 4], [-1, 6, 4], null],
      attributes: { heads: 2, scale: 0.7, rate: 0.3, stream: 1004 },
    },
    { name: 'one key', inputs: [[-1, 2, 3], [-1, 1, 3], [-1, 1, 2], null] },
  ],
})

/** Gradients of queries, keys and values; the weights are computed again from the sums. */
export const attentionGradient = defineOp({
  name: 'attention_gradient',
  inputs: ['dy', 'q', 'k', 'v', 'mask?', 'y', 'log_sum'],
  outputs: ['dq', 'dk', 'dv'],
  attributes,
  shape([dy, q, k, v, mask, y, sums], attributes) {
    const op = 'attention_gradient'
    const [output, rows] = checked(op, [q, k, v, mask], attributes)
    expectShape(op, 'dy', dy, output)
    expectShape(op, 'y', y, output)
    expectShape(op, 'log_sum', sums, rows)
    return [q, k, v] as Shape[]
  },
  flops([, query, key, value]) {
    const keys = key?.[1] ?? 0
    return 6 * keys * elements(query) + (4 * keys * elements(query) * (value?.[2] ?? 0)) / (query?.[2] ?? 1)
  },
  onnx: null,
  samples: [
    {
      name: 'two heads',
      inputs: [[-1, 3, 4], [-1, 3, 6], [-1, 5, 6], [-1, 5, 4], null, [-1, 3, 4], [-1, 2, 3]],
      attributes: { heads: 2, scale: 0.6 },
      draw: [null, null, null, null, null, null, { min: 1.5, max: 2.5 }],
    },
    {
      name: 'causal, masked and dropped',
      inputs: [
        [-1, 4, 3],
        [-1, 4, 3],
        [-1, 4, 3],
        [-1, 4, 3],
        [-1, 4],
        [-1, 4, 3],
        [-1, 1, 4],
      ],
      attributes: { causal: true, rate: 0.4, stream: 1005 },
      draw: [null, null, null, null, { classes: 2 }, null, { min: 1.5, max: 2.5 }],
    },
  ],
})
