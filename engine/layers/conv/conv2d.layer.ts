import { activated, activationParam, biasSpecs, kernelParams, kernelSpec, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import { numberParam, textParam } from '../read-params.ts'
import {
  convolutionAttributes,
  filtersParam,
  groupInputs,
  groupsParam,
  imageOf,
  imageWindows,
  kernelWindowParams,
} from '../windows.ts'

export const conv2d = defineLayer({
  type: 'conv2d',
  label: 'Conv2D',
  keras: 'Conv2D',
  category: 'convolution',
  icon: 'scan',
  summary: 'Slides learned kernels over images.',
  aliases: ['pointwise', '1x1'],
  help: 'Each filter is a small image: at every position the pixels under it are multiplied with its weights and summed over all channels (a cross-correlation), plus a bias, and the activation follows. A filter of $k_h \\times k_w$ over $C$ channels has $k_h k_w C$ weights, shared by all positions.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...kernelWindowParams,
    groups: groupsParam,
    activation: activationParam,
    useBias: useBiasParam,
    ...kernelParams('kernel'),
  },
  infer({ inputs, params }) {
    const image = imageOf(inputs[0])
    groupInputs(image[2], params)
    const [vertical, horizontal] = imageWindows(image, params, 'kernel')
    return [[-1, vertical.outputs, horizontal.outputs, numberParam(params, 'filters')]]
  },
  weights({ inputs, params }) {
    const filters = numberParam(params, 'filters')
    const channels = groupInputs(imageOf(inputs[0])[2], params)
    const shape = [numberParam(params, 'kernelHeight'), numberParam(params, 'kernelWidth'), channels, filters]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(filters, params)]
  },
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const attributes = {
      ...convolutionAttributes(imageWindows(imageOf(inputs[0]), params, 'kernel')),
      groups: numberParam(params, 'groups'),
    }
    const sum = builder.emitOne('conv2d', [values[0]!, weights.kernel!, weights.bias ?? null], attributes)
    return [activated(context, sum)]
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
    { inputs: [[-1, 4, 3, 1]], params: { filters: 2, kernelConstraint: 'max_norm', activityL2: 0.01 } },
  ],
})
