import { expectBatched, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/** Axis i of the output is axis permutation[i] of the input; the batch stays first. */
export const transpose = defineOp({
  name: 'transpose',
  inputs: ['x'],
  outputs: ['y'],
  attributes: { permutation: { kind: 'list' } },
  shape([xShape], attributes) {
    const x = expectBatched('transpose', 'x', xShape)
    const permutation = attributes.permutation as readonly number[]
    const axes = [...permutation].sort((a, b) => a - b)
    if (permutation[0] !== 0 || axes.length !== x.length || axes.some((axis, index) => axis !== index))
      shapeError('transpose', 'x', `${permutation.length} axes, the batch first`, `${x.length} axes`)
    return [permutation.map((axis) => x[axis] as number)]
  },
  vjp({ builder, gradients: [g], attributes }) {
    if (g == null) return [null]
    const permutation = attributes.permutation as readonly number[]
    return [builder.emitOne('transpose', [g], { permutation: permutation.map((_, axis) => permutation.indexOf(axis)) })]
  },
  flops: () => 0,
  onnx: 'Transpose',
  samples: [
    { name: 'matrices', inputs: [[-1, 3, 5]], attributes: { permutation: [0, 2, 1] } },
    { name: 'in a circle', inputs: [[-1, 2, 3, 4]], attributes: { permutation: [0, 3, 1, 2] } },
    { name: 'rows kept', inputs: [[-1, 4, 3, 17]], attributes: { permutation: [0, 2, 1, 3] } },
    { name: 'vectors', inputs: [[-1, 6]], attributes: { permutation: [0, 1] } },
  ],
})
