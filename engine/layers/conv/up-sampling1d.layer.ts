import { defineLayer } from '../layer.ts'
import { numberParam } from '../read-params.ts'
import { repeatedShape, repeatPixels } from '../repeats.ts'
import { integerParam, sequenceOf } from '../windows.ts'

export const upSampling1d = defineLayer({
  type: 'up_sampling1d',
  label: 'UpSampling1D',
  keras: 'UpSampling1D',
  category: 'convolution',
  icon: 'stretch-horizontal',
  summary: 'Repeats the steps of sequences.',
  help: 'Makes sequences longer by repeating each step. It has no weights; a Conv1D behind it smooths.',
  inputs: [{ name: 'input', label: 'sequences' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: { size: integerParam('Factor', 'Times that each step is repeated.', 'size', 2) },
  infer: ({ inputs, params }) => [repeatedShape(1, inputs[0], params, ['size'])],
  weights: () => [],
  lower({ builder, inputs, values, params }) {
    const [steps, channels] = sequenceOf(inputs[0])
    const image = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, steps, 1, channels] })
    const repeated = repeatPixels(builder, image, numberParam(params, 'size'), 1)
    const shape = repeatedShape(1, inputs[0], params, ['size'])
    return [builder.emitOne('reshape', [repeated], {}, { shape })]
  },
  headline: (params) => [`${numberParam(params, 'size')} times as long`],
  samples: [
    { inputs: [[-1, 3, 2]], params: {} },
    { inputs: [[-1, 1, 3]], params: { size: 5 } },
    { inputs: [[-1, 4, 1]], params: { size: 1 } },
  ],
})
