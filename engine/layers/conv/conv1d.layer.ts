import { activated, activationParam, biasSpecs, kernelParams, kernelSpec, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import { numberParam, textParam } from '../read-params.ts'
import { sequenceWindow, sequenceWindowParams } from '../sequence-windows.ts'
import {
  causalPaddingParam,
  convolutionAttributes,
  filtersParam,
  flatAxis,
  groupInputs,
  groupsParam,
  sequenceOf,
} from '../windows.ts'

export const conv1d = defineLayer({
  type: 'conv1d',
  label: 'Conv1D',
  keras: 'Conv1D',
  category: 'convolution',
  icon: 'audio-waveform',
  summary: 'Slides learned kernels along sequences.',
  aliases: ['causal', 'temporal convolution'],
  help: 'Each filter spans a few steps and all channels: at every step the numbers under it are multiplied with its weights and summed, plus a bias, and the activation follows. Causal padding keeps the future out of every step.',
  inputs: [{ name: 'input', label: 'sequences' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...sequenceWindowParams(causalPaddingParam),
    groups: groupsParam,
    activation: activationParam,
    useBias: useBiasParam,
    ...kernelParams('kernel'),
  },
  infer({ inputs, params }) {
    groupInputs(sequenceOf(inputs[0])[1], params)
    return [[-1, sequenceWindow(inputs[0], params).outputs, numberParam(params, 'filters')]]
  },
  weights({ inputs, params }) {
    const filters = numberParam(params, 'filters')
    const shape = [numberParam(params, 'kernelSize'), groupInputs(sequenceOf(inputs[0])[1], params), filters]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(filters, params)]
  },
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const [steps, channels] = sequenceOf(inputs[0])
    const window = sequenceWindow(inputs[0], params)
    const image = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, 1, steps, channels] })
    const kernelShape = [1, ...builder.shapeOf(weights.kernel!)]
    const kernel = builder.emitOne('reshape', [weights.kernel!], {}, { shape: kernelShape })
    const attributes = { ...convolutionAttributes([flatAxis, window]), groups: numberParam(params, 'groups') }
    const sum = builder.emitOne('conv2d', [image, kernel, weights.bias ?? null], attributes)
    const made = activated(context, sum)
    return [builder.emitOne('reshape', [made], {}, { shape: [-1, window.outputs, numberParam(params, 'filters')] })]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters of ${numberParam(params, 'kernelSize')}`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 6, 2]], params: { filters: 4, activation: 'tanh' } },
    { inputs: [[-1, 5, 3]], params: { filters: 3, kernelSize: 2, padding: 'causal', dilationRate: 2 } },
    { inputs: [[-1, 7, 2]], params: { filters: 2, kernelSize: 4, strides: 2, padding: 'same', useBias: false } },
  ],
})
