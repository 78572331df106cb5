import { activated, activationParam, biasSpecs, kernelSpec, separableKernelParams, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import { numberParam, textParam } from '../read-params.ts'
import {
  bothAxes,
  convolutionAttributes,
  dilationHelp,
  filtersParam,
  imageOf,
  imageWindows,
  integerParam,
  paddingParam,
  strideHelp,
} from '../windows.ts'

export const separableConv2d = defineLayer({
  type: 'separable_conv2d',
  label: 'SeparableConv2D',
  keras: 'SeparableConv2D',
  category: 'convolution',
  icon: 'split',
  summary: 'Convolves channel by channel, then mixes the channels.',
  help: 'A depthwise convolution followed by one of $1 \\times 1$: far fewer weights than a full one, $k_h k_w C m + C m F$ instead of $k_h k_w C F$.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...bothAxes('kernel', 'Kernel', 'Size of the depthwise kernels in pixels.', 'kernel_size', 3),
    ...bothAxes('stride', 'Stride', strideHelp, 'strides', 1),
    padding: paddingParam,
    ...bothAxes('dilation', 'Dilation', dilationHelp, 'dilation_rate', 1),
    depthMultiplier: integerParam('Depth multiplier', 'Depthwise kernels for each channel.', 'depth_multiplier', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...separableKernelParams(),
  },
  infer({ inputs, params }) {
    const [vertical, horizontal] = imageWindows(imageOf(inputs[0]), params, 'kernel')
    return [[-1, vertical.outputs, horizontal.outputs, numberParam(params, 'filters')]]
  },
  weights({ inputs, params }) {
    const [, , channels] = imageOf(inputs[0])
    const multiplier = numberParam(params, 'depthMultiplier')
    const filters = numberParam(params, 'filters')
    const depthwise = [numberParam(params, 'kernelHeight'), numberParam(params, 'kernelWidth'), channels, multiplier]
    return [
      kernelSpec('depthwise_kernel', depthwise, params, 'depthwise'),
      kernelSpec('pointwise_kernel', [1, 1, channels * multiplier, filters], params, 'pointwise'),
      ...biasSpecs(filters, params),
    ]
  },
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const attributes = convolutionAttributes(imageWindows(imageOf(inputs[0]), params, 'kernel'))
    const depthwise = builder.emitOne('depthwise_conv2d', [values[0]!, weights.depthwise_kernel!, null], attributes)
    const sum = builder.emitOne('conv2d', [depthwise, weights.pointwise_kernel!, weights.bias ?? null])
    return [activated(context, sum)]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters ${numberParam(params, 'kernelHeight')} x ${numberParam(params, 'kernelWidth')}`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 5, 4, 3]], params: { filters: 4, activation: 'tanh' } },
    { inputs: [[-1, 4, 4, 2]], params: { filters: 3, depthMultiplier: 2, padding: 'same', useBias: false } },
    { inputs: [[-1, 6, 5, 2]], params: { filters: 2, kernelHeight: 2, strideHeight: 2, strideWidth: 2 } },
  ],
})
