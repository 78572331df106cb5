import { lowerActivation } from '../activations.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { featuresOf } from '../shapes.ts'

export const softmax = defineLayer({
  type: 'softmax',
  label: 'Softmax',
  keras: 'Softmax',
  category: 'core',
  icon: 'percent',
  summary: 'Turns the last axis into probabilities that sum to one.',
  help: 'Computes $y_i = e^{x_i} / \\sum_j e^{x_j}$ over the last axis. Behind the last layer of a classifier with one label a sample it goes with categorical cross-entropy, which is then taken from the logits.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {},
  infer({ inputs }) {
    featuresOf(inputs[0])
    return [inputs[0]!]
  },
  weights: () => [],
  mask: passesMask,
  lower: ({ builder, values }) => [lowerActivation(builder, values[0]!, 'softmax', 0)],
  headline: () => ['over the last axis'],
  samples: [
    { inputs: [[-1, 5]], params: {} },
    { inputs: [[-1, 2, 3]], params: {} },
    { inputs: [[-1, 2, 1, 4]], params: {} },
  ],
})
