import { defineLayer } from '../layer.ts'
import { sampleSize } from '../shapes.ts'

export const flatten = defineLayer({
  type: 'flatten',
  label: 'Flatten',
  keras: 'Flatten',
  category: 'core',
  icon: 'rows-3',
  summary: 'Turns each sample into one vector.',
  help: 'Keeps the batch and lays all other axes out in one, the last axis running fastest: $N \\times 8 \\times 8 \\times 1$ becomes $N \\times 64$. It costs nothing.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {},
  infer: ({ inputs }) => [[-1, sampleSize(inputs[0]!)]],
  weights: () => [],
  lower({ builder, values }) {
    const shape = [-1, sampleSize(builder.shapeOf(values[0]!))]
    return [builder.emitOne('reshape', [values[0]!], {}, { shape })]
  },
  timeDistributed: 'folds',
  headline: () => ['to a vector'],
  samples: [
    { inputs: [[-1, 8, 8, 1]], params: {} },
    { inputs: [[-1, 5]], params: {} },
  ],
})
