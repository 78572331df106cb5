import { activated, activationParam, biasSpecs, kernelSpec, turnedKernelParams, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import { numberParam, textParam } from '../read-params.ts'
import { convolutionAttributes, imageOf, imageWindows, integerParam, kernelWindowParams } from '../windows.ts'

export const depthwiseConv2d = defineLayer({
  type: 'depthwise_conv2d',
  label: 'DepthwiseConv2D',
  keras: 'DepthwiseConv2D',
  category: 'convolution',
  icon: 'layers',
  summary: 'Gives each channel kernels of its own.',
  help: 'A convolution that does not mix channels: each input channel is correlated with its own kernels, and channel $c$ of the input makes channels $c \\cdot m$ to $c \\cdot m + m - 1$ of the output, $m$ being the depth multiplier.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    ...kernelWindowParams,
    depthMultiplier: integerParam('Depth multiplier', 'Kernels for each channel.', 'depth_multiplier', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...turnedKernelParams('kernel', 'depthwise'),
  },
  infer({ inputs, params }) {
    const image = imageOf(inputs[0])
    const [vertical, horizontal] = imageWindows(image, params, 'kernel')
    return [[-1, vertical.outputs, horizontal.outputs, image[2] * numberParam(params, 'depthMultiplier')]]
  },
  weights({ inputs, params }) {
    const [, , channels] = imageOf(inputs[0])
    const multiplier = numberParam(params, 'depthMultiplier')
    const shape = [numberParam(params, 'kernelHeight'), numberParam(params, 'kernelWidth'), channels, multiplier]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(channels * multiplier, params)]
  },
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const attributes = convolutionAttributes(imageWindows(imageOf(inputs[0]), params, 'kernel'))
    const sum = builder.emitOne('depthwise_conv2d', [values[0]!, weights.kernel!, weights.bias ?? null], attributes)
    return [activated(context, sum)]
  },
  headline: (params) => [
    `${numberParam(params, 'kernelHeight')} x ${numberParam(params, 'kernelWidth')} a channel`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 5, 4, 3]], params: { activation: 'tanh' } },
    { inputs: [[-1, 4, 4, 2]], params: { depthMultiplier: 2, padding: 'same', useBias: false } },
    { inputs: [[-1, 6, 5, 2]], params: { kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2 } },
  ],
})
