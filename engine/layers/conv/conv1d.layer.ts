import type { Shape } from '../../base/shape.ts'
import { lowerActivation } from '../activations.ts'
import { activationParam, biasSpecs, kernelParams, kernelSpec, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { layerError } from '../problem.ts'
import { numberParam, textParam } from '../read-params.ts'
import {
  activationAlpha,
  causalPaddingParam,
  convolutionAttributes,
  dilationHelp,
  filtersParam,
  flatAxis,
  integerParam,
  sequenceOf,
  strideHelp,
  windowOver,
} from '../windows.ts'

function windowOf(shape: Shape | undefined, params: EffectiveParams) {
  return windowOver(sequenceOf(shape)[0], {
    size: numberParam(params, 'kernelSize'),
    stride: numberParam(params, 'strides'),
    dilation: numberParam(params, 'dilationRate'),
    padding: textParam(params, 'padding'),
    sizeParam: 'kernelSize',
    strideParam: 'strides',
  })
}

function groupInputs(shape: Shape | undefined, params: EffectiveParams): number {
  const [, channels] = sequenceOf(shape)
  const filters = numberParam(params, 'filters')
  const groups = numberParam(params, 'groups')
  if (channels % groups === 0 && filters % groups === 0) return channels / groups
  throw layerError({
    code: 'layer.groups',
    message: 'The groups do not divide the channels evenly.',
    port: 'input',
    param: 'groups',
    expected: `a number that divides ${channels} channels and ${filters} filters`,
    received: String(groups),
    fix: 'Set the groups to 1, or change the filters.',
  })
}

export const conv1d = defineLayer({
  type: 'conv1d',
  label: 'Conv1D',
  keras: 'Conv1D',
  category: 'convolution',
  icon: 'audio-waveform',
  summary: 'Slides learned kernels along sequences.',
  help: 'Each filter spans a few steps and all channels: at every step the numbers under it are multiplied with its weights and summed, plus a bias, and the activation follows. Causal padding keeps the future out of every step.',
  inputs: [{ name: 'input', label: 'sequences' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    kernelSize: integerParam('Kernel size', 'Steps that a kernel spans.', 'kernel_size', 3),
    strides: integerParam('Stride', strideHelp.replace('Pixels', 'Steps'), 'strides', 1),
    padding: causalPaddingParam,
    dilationRate: integerParam('Dilation', dilationHelp.replace('pixels', 'steps'), 'dilation_rate', 1),
    groups: integerParam('Groups', 'Cuts channels and filters into groups that do not see each other.', 'groups', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...kernelParams('kernel'),
  },
  infer({ inputs, params }) {
    groupInputs(inputs[0], params)
    return [[-1, windowOf(inputs[0], params).outputs, numberParam(params, 'filters')]]
  },
  weights({ inputs, params }) {
    const filters = numberParam(params, 'filters')
    const shape = [numberParam(params, 'kernelSize'), groupInputs(inputs[0], params), filters]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(filters, params)]
  },
  lower({ builder, inputs, values, weights, params }) {
    const [steps, channels] = sequenceOf(inputs[0])
    const window = windowOf(inputs[0], params)
    const image = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, 1, steps, channels] })
    const kernelShape = [1, ...builder.shapeOf(weights.kernel!)]
    const kernel = builder.emitOne('reshape', [weights.kernel!], {}, { shape: kernelShape })
    const attributes = { ...convolutionAttributes([flatAxis, window]), groups: numberParam(params, 'groups') }
    const sum = builder.emitOne('conv2d', [image, kernel, weights.bias ?? null], attributes)
    const activation = textParam(params, 'activation')
    const made = lowerActivation(builder, sum, activation, activationAlpha(activation))
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
