import { elements, expectBatched, expectShape, given, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/** Rows of a table, by number: y[..., :] = table[floor(x[...]), :]; a number outside the table gives not-a-number. */
export const embedding = defineOp({
  name: 'embedding',
  inputs: ['x', 'table'],
  outputs: ['y'],
  attributes: {},
  shape([x, table]) {
    const ids = expectBatched('embedding', 'x', x)
    const shape = given('embedding', 'table', table)
    if (shape.length !== 2) shapeError('embedding', 'table', 'ids x features', `${shape.length} dimensions`)
    return [[...ids, shape[1] as number]]
  },
  vjp({ builder, gradients: [g], inputs: [x, table], needs }) {
    if (g == null || !needs[1]) return [null, null]
    const shape = builder.shapeOf(table as number)
    return [null, builder.emitOne('embedding_gradient', [g, x as number], {}, { shape })]
  },
  flops: () => 0,
  onnx: 'Gather',
  samples: [
    {
      name: 'sequences',
      inputs: [
        [-1, 4],
        [5, 3],
      ],
      draw: [{ classes: 5 }, null],
      constant: [0],
    },
    { name: 'one id', inputs: [[-1], [3, 2]], draw: [{ classes: 3 }, null], constant: [0] },
    {
      name: 'grids of fractions',
      inputs: [
        [-1, 2, 3],
        [2, 17],
      ],
      draw: [{ min: 0, max: 1.999 }, null],
      constant: [0],
    },
  ],
})

/** Each row of dy added to the row of the table that it came from, in order; numbers outside the table add nothing. */
export const embeddingGradient = defineOp({
  name: 'embedding_gradient',
  inputs: ['dy', 'x'],
  outputs: ['dtable'],
  attributes: {},
  shaped: true,
  shape([dy, x], _, stated) {
    const op = 'embedding_gradient'
    const table = given(op, 'dtable', stated)
    if (table.length !== 2) shapeError(op, 'dtable', 'ids x features', `${table.length} dimensions`)
    expectShape(op, 'dy', dy, [...expectBatched(op, 'x', x), table[1] as number])
    return [table]
  },
  flops: ([dy]) => elements(dy),
  onnx: null,
  samples: [
    {
      name: 'sequences',
      inputs: [
        [-1, 4, 3],
        [-1, 4],
      ],
      draw: [null, { classes: 5 }],
      shape: [5, 3],
    },
    { name: 'one id', inputs: [[-1, 2], [-1]], draw: [null, { classes: 3 }], shape: [3, 2] },
    {
      name: 'ids outside',
      inputs: [
        [-1, 6, 5],
        [-1, 6],
      ],
      draw: [null, { min: -3, max: 6 }],
      shape: [4, 5],
    },
  ],
})
