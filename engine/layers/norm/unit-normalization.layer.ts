import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { featuresOf } from '../shapes.ts'

export const unitNormalization = defineLayer({
  type: 'unit_normalization',
  label: 'UnitNormalization',
  keras: 'UnitNormalization',
  category: 'normalization',
  icon: 'circle-dot',
  summary: 'Gives the features of each sample the norm 1.',
  aliases: ['l2 normalize'],
  help: 'Computes $y = x / \\max(\\lVert x \\rVert_2, 10^{-12})$ over the last axis, for each sample and position by itself: what is left is the direction. A sample of zeros stays as it is and passes no gradient.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {},
  infer({ inputs }) {
    featuresOf(inputs[0])
    return [inputs[0]!]
  },
  weights: () => [],
  mask: passesMask,
  lower: ({ builder, values }) => [builder.emit('unit_normalization', [values[0]!])[0]!],
  headline: () => ['norm 1'],
  samples: [
    { inputs: [[-1, 4]], params: {} },
    { inputs: [[-1, 3, 5]], params: {} },
    { inputs: [[-1, 2, 1, 3]], params: {} },
  ],
})
