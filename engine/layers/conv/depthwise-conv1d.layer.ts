import type { Shape } from '../../base/shape.ts'
import { activated, activationParam, biasSpecs, kernelSpec, turnedKernelParams, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { numberParam, textParam } from '../read-params.ts'
import { sequenceWindow, sequenceWindowParams } from '../sequence-windows.ts'
import { convolutionAttributes, flatAxis, integerParam, paddingParam, sequenceOf } from '../windows.ts'

function channelsOf(input: Shape | undefined, params: EffectiveParams): number {
  return sequenceOf(input)[1] * numberParam(params, 'depthMultiplier')
}

export const depthwiseConv1d = defineLayer({
  type: 'depthwise_conv1d',
  label: 'DepthwiseConv1D',
  keras: 'DepthwiseConv1D',
  category: 'convolution',
  icon: 'audio-lines',
  summary: 'Gives each channel of a sequence kernels of its own.',
  help: 'A convolution that does not mix channels: channel $c$ of the input makes channels $c \\cdot m$ to $c \\cdot m + m - 1$ of the output, $m$ being the depth multiplier.',
  inputs: [{ name: 'input', label: 'sequences' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    ...sequenceWindowParams(paddingParam),
    depthMultiplier: integerParam('Depth multiplier', 'Kernels for each channel.', 'depth_multiplier', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...turnedKernelParams('kernel', 'depthwise'),
  },
  infer: ({ inputs, params }) => [[-1, sequenceWindow(inputs[0], params).outputs, channelsOf(inputs[0], params)]],
  weights({ inputs, params }) {
    const shape = [numberParam(params, 'kernelSize'), sequenceOf(inputs[0])[1], numberParam(params, 'depthMultiplier')]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(channelsOf(inputs[0], params), params)]
  },
  // As images of height 1.
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const [steps, channels] = sequenceOf(inputs[0])
    const window = sequenceWindow(inputs[0], params)
    const image = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, 1, steps, channels] })
    const kernelShape = [1, ...builder.shapeOf(weights.kernel!)]
    const kernel = builder.emitOne('reshape', [weights.kernel!], {}, { shape: kernelShape })
    const attributes = convolutionAttributes([flatAxis, window])
    const sum = builder.emitOne('depthwise_conv2d', [image, kernel, weights.bias ?? null], attributes)
    const made = activated(context, sum)
    return [
      builder.emitOne('reshape', [made], {}, { shape: [-1, window.outputs, builder.shapeOf(sum).at(-1) as number] }),
    ]
  },
  headline: (params) => [`${numberParam(params, 'kernelSize')} steps a channel`, textParam(params, 'activation')],
  samples: [
    { inputs: [[-1, 6, 2]], params: { activation: 'tanh' } },
    { inputs: [[-1, 5, 3]], params: { kernelSize: 2, depthMultiplier: 2, padding: 'same', dilationRate: 2 } },
    { inputs: [[-1, 7, 2]], params: { kernelSize: 4, strides: 2, padding: 'same', useBias: false } },
  ],
})
