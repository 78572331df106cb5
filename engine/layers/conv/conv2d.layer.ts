import { lowerActivation } from '../activations.ts'
import { activationParam, biasSpecs, kernelParams, kernelSpec, useBiasParam } from '../kernels.ts'
import type { ShapeContext } from '../layer.ts'
import { defineLayer } from '../layer.ts'
import { layerError } from '../problem.ts'
import { numberParam, textParam } from '../read-params.ts'
import {
  activationAlpha,
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

/** Channels of the input and filters, which the groups must divide. */
function channelsOf({ inputs, params }: ShapeContext): { channels: number; filters: number; groups: number } {
  const [, , channels] = imageOf(inputs[0])
  const filters = numberParam(params, 'filters')
  const groups = numberParam(params, 'groups')
  if (channels % groups !== 0 || filters % groups !== 0)
    throw layerError({
      code: 'layer.groups',
      message: 'The groups do not divide the channels evenly.',
      port: 'input',
      param: 'groups',
      expected: `a number that divides ${channels} channels and ${filters} filters`,
      received: String(groups),
      fix: 'Set the groups to 1, or change the filters.',
    })
  return { channels, filters, groups }
}

export const conv2d = defineLayer({
  type: 'conv2d',
  label: 'Conv2D',
  keras: 'Conv2D',
  category: 'convolution',
  icon: 'scan',
  summary: 'Slides learned kernels over images.',
  help: 'Each filter is a small image: at every position the pixels under it are multiplied with its weights and summed over all channels (a cross-correlation), plus a bias, and the activation follows. A filter of $k_h \\times k_w$ over $C$ channels has $k_h k_w C$ weights, shared by all positions.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...bothAxes('kernel', 'Kernel', 'Size of the kernels in pixels.', 'kernel_size', 3),
    ...bothAxes('stride', 'Stride', strideHelp, 'strides', 1),
    padding: paddingParam,
    ...bothAxes('dilation', 'Dilation', dilationHelp, 'dilation_rate', 1),
    groups: integerParam('Groups', 'Cuts channels and filters into groups that do not see each other.', 'groups', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...kernelParams('kernel'),
  },
  infer(context) {
    const { filters } = channelsOf(context)
    const [vertical, horizontal] = imageWindows(imageOf(context.inputs[0]), context.params, 'kernel')
    return [[-1, vertical.outputs, horizontal.outputs, filters]]
  },
  weights(context) {
    const { channels, filters, groups } = channelsOf(context)
    const { params } = context
    const shape = [numberParam(params, 'kernelHeight'), numberParam(params, 'kernelWidth'), channels / groups, filters]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(filters, params)]
  },
  lower({ builder, inputs, values, weights, params }) {
    const attributes = {
      ...convolutionAttributes(imageWindows(imageOf(inputs[0]), params, 'kernel')),
      groups: numberParam(params, 'groups'),
    }
    const sum = builder.emitOne('conv2d', [values[0]!, weights.kernel!, weights.bias ?? null], attributes)
    const activation = textParam(params, 'activation')
    return [lowerActivation(builder, sum, activation, activationAlpha(activation))]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters ${numberParam(params, 'kernelHeight')} x ${numberParam(params, 'kernelWidth')}`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 5, 4, 2]], params: { filters: 4, activation: 'tanh' } },
    { inputs: [[-1, 4, 4, 2]], params: { filters: 3, padding: 'same', activation: 'relu', useBias: false } },
    {
      inputs: [[-1, 6, 5, 2]],
      params: { filters: 4, kernelHeight: 4, kernelWidth: 2, strideHeight: 2, strideWidth: 2, padding: 'same' },
    },
    { inputs: [[-1, 5, 5, 4]], params: { filters: 4, groups: 2, dilationHeight: 2, kernelL2: 0.01 } },
  ],
})
