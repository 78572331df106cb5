import { activated, activationParam, biasSpecs, kernelSpec, separableKernelParams, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import { numberParam, textParam } from '../read-params.ts'
import { sequenceWindow, sequenceWindowParams } from '../sequence-windows.ts'
import { convolutionAttributes, filtersParam, flatAxis, integerParam, paddingParam, sequenceOf } from '../windows.ts'

export const separableConv1d = defineLayer({
  type: 'separable_conv1d',
  label: 'SeparableConv1D',
  keras: 'SeparableConv1D',
  category: 'convolution',
  icon: 'split',
  summary: 'Convolves channel by channel, then mixes the channels.',
  help: 'A depthwise convolution along the steps followed by one of a single step: far fewer weights than a full one, $k C m + C m F$ instead of $k C F$.',
  inputs: [{ name: 'input', label: 'sequences' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...sequenceWindowParams(paddingParam),
    depthMultiplier: integerParam('Depth multiplier', 'Depthwise kernels for each channel.', 'depth_multiplier', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...separableKernelParams(),
  },
  infer: ({ inputs, params }) => [[-1, sequenceWindow(inputs[0], params).outputs, numberParam(params, 'filters')]],
  weights({ inputs, params }) {
    const channels = sequenceOf(inputs[0])[1]
    const multiplier = numberParam(params, 'depthMultiplier')
    const filters = numberParam(params, 'filters')
    const size = numberParam(params, 'kernelSize')
    return [
      kernelSpec('depthwise_kernel', [size, channels, multiplier], params, 'depthwise'),
      kernelSpec('pointwise_kernel', [1, channels * multiplier, filters], params, 'pointwise'),
      ...biasSpecs(filters, params),
    ]
  },
  // As images of height 1.
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const [steps, channels] = sequenceOf(inputs[0])
    const window = sequenceWindow(inputs[0], params)
    const image = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, 1, steps, channels] })
    const turned = (weight: number) =>
      builder.emitOne('reshape', [weight], {}, { shape: [1, ...builder.shapeOf(weight)] })
    const attributes = convolutionAttributes([flatAxis, window])
    const depthwise = builder.emitOne('depthwise_conv2d', [image, turned(weights.depthwise_kernel!), null], attributes)
    const sum = builder.emitOne('conv2d', [depthwise, turned(weights.pointwise_kernel!), weights.bias ?? null])
    const made = activated(context, sum)
    return [
      builder.emitOne('reshape', [made], {}, { shape: [-1, window.outputs, builder.shapeOf(sum).at(-1) as number] }),
    ]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters of ${numberParam(params, 'kernelSize')}`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 6, 2]], params: { filters: 3, activation: 'tanh' } },
    {
      inputs: [[-1, 5, 3]],
      params: { filters: 3, kernelSize: 2, depthMultiplier: 2, padding: 'same', dilationRate: 2 },
    },
    { inputs: [[-1, 7, 2]], params: { filters: 3, kernelSize: 4, strides: 2, padding: 'same', useBias: false } },
  ],
})
