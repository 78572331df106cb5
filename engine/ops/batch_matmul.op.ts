import { formatShape, type Shape } from '../base/shape.ts'
import { given, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/** Rows and columns of the matrices of one operand, turned where asked. */
function matrices(operand: string, shape: Shape | null | undefined, turned: boolean): [number, number] {
  const x = given('batch_matmul', operand, shape)
  if (x.length !== 3 || x[0] !== -1) shapeError('batch_matmul', operand, 'N x rows x columns', formatShape(x))
  const [, rows, columns] = x as [number, number, number]
  return turned ? [columns, rows] : [rows, columns]
}

/** The product of two matrices for each sample, either of them turned where asked. */
export const batchMatmul = defineOp({
  name: 'batch_matmul',
  inputs: ['a', 'b'],
  outputs: ['y'],
  attributes: { transposeA: { kind: 'boolean', default: false }, transposeB: { kind: 'boolean', default: false } },
  shape([a, b], { transposeA, transposeB }) {
    const [rows, depth] = matrices('a', a, transposeA as boolean)
    const [other, columns] = matrices('b', b, transposeB as boolean)
    if (depth !== other) shapeError('batch_matmul', 'b', `matrices of ${depth} rows`, `${other} rows`)
    return [[-1, rows, columns]]
  },
  vjp({ builder, gradients: [g], inputs, attributes: { transposeA, transposeB }, needs }) {
    if (g == null) return [null, null]
    const [a, b] = inputs as [number, number]
    const times = (left: number, right: number, turnLeft: unknown, turnRight: unknown): number =>
      builder.emitOne('batch_matmul', [left, right], { transposeA: turnLeft === true, transposeB: turnRight === true })
    return [
      needs[0] ? (transposeA ? times(b, g, transposeB, true) : times(g, b, false, !transposeB)) : null,
      needs[1] ? (transposeB ? times(g, a, true, transposeA) : times(a, g, !transposeA, false)) : null,
    ]
  },
  flops: ([a], [y], { transposeA }) => 2 * (a?.[transposeA ? 1 : 2] ?? 0) * (y?.[1] ?? 0) * (y?.[2] ?? 0),
  onnx: 'Transpose, MatMul',
  samples: [
    {
      name: 'plain',
      inputs: [
        [-1, 3, 4],
        [-1, 4, 5],
      ],
    },
    {
      name: 'left turned',
      inputs: [
        [-1, 4, 3],
        [-1, 4, 2],
      ],
      attributes: { transposeA: true },
    },
    {
      name: 'right turned',
      inputs: [
        [-1, 17, 6],
        [-1, 3, 6],
      ],
      attributes: { transposeB: true },
    },
    {
      name: 'both turned',
      inputs: [
        [-1, 2, 5],
        [-1, 1, 2],
      ],
      attributes: { transposeA: true, transposeB: true },
    },
  ],
})
