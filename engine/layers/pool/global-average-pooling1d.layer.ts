import { defineLayer } from '../layer.ts'
import { consumesMask, maskOf } from '../masks.ts'
import { sequenceOf } from '../windows.ts'

export const globalAveragePooling1d = defineLayer({
  type: 'global_average_pooling1d',
  label: 'GlobalAveragePooling1D',
  keras: 'GlobalAveragePooling1D',
  category: 'pooling',
  icon: 'minimize-2',
  summary: 'Keeps the mean of each channel over the steps.',
  help: 'The mean over all steps of a sequence: one number a channel. Masked steps are left out of it; where every step is masked it is 0.',
  inputs: [{ name: 'input', label: 'sequences' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    keepDims: {
      kind: 'boolean',
      label: 'Keep axes',
      help: 'Keeps the reduced axis with size 1.',
      keras: 'keepdims',
      default: false,
    },
  },
  infer({ inputs, params }) {
    const [, channels] = sequenceOf(inputs[0])
    return [params.keepDims ? [-1, 1, channels] : [-1, channels]]
  },
  weights: () => [],
  mask: consumesMask,
  lower(context) {
    const { builder, inputs, values, params } = context
    const mean = builder.emitOne('masked_mean', [values[0]!, maskOf(context)])
    if (!params.keepDims) return [mean]
    return [builder.emitOne('reshape', [mean], {}, { shape: [-1, 1, sequenceOf(inputs[0])[1]] })]
  },
  headline: () => ['one number a channel'],
  samples: [
    { inputs: [[-1, 4, 3]], params: {} },
    { inputs: [[-1, 1, 5]], params: { keepDims: true } },
    { inputs: [[-1, 7, 2]], params: {} },
  ],
})
