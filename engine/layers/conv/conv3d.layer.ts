import { activated, activationParam, biasSpecs, kernelParams, kernelSpec, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import { numberParam, textParam } from '../read-params.ts'
import {
  dilationHelp,
  filtersParam,
  groupInputs,
  groupsParam,
  paddingParam,
  strideHelp,
  threeAxes,
  volumeAttributes,
  volumeOf,
  volumeWindows,
} from '../windows.ts'

const axes = ['Depth', 'Height', 'Width'] as const

export const conv3d = defineLayer({
  type: 'conv3d',
  label: 'Conv3D',
  keras: 'Conv3D',
  category: 'convolution',
  icon: 'box',
  summary: 'Slides learned kernels over volumes or video.',
  help: 'Each filter is a small box: at every position the voxels under it are multiplied with its weights and summed over all channels, plus a bias, and the activation follows. A filter of $k_d \\times k_h \\times k_w$ over $C$ channels has $k_d k_h k_w C$ weights. The depth may be that of a scan or the frames of a video.',
  inputs: [{ name: 'input', label: 'volumes' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...threeAxes('kernel', 'Kernel', 'Size of the kernels in voxels.', 'kernel_size', 3),
    ...threeAxes('stride', 'Stride', strideHelp.replace('Pixels', 'Voxels'), 'strides', 1),
    padding: paddingParam,
    ...threeAxes('dilation', 'Dilation', dilationHelp.replace('pixels', 'voxels'), 'dilation_rate', 1),
    groups: groupsParam,
    activation: activationParam,
    useBias: useBiasParam,
    ...kernelParams('kernel'),
  },
  infer({ inputs, params }) {
    const volume = volumeOf(inputs[0])
    groupInputs(volume[3], params)
    const sizes = volumeWindows(volume, params, 'kernel').map((window) => window.outputs)
    return [[-1, ...sizes, numberParam(params, 'filters')]]
  },
  weights({ inputs, params }) {
    const filters = numberParam(params, 'filters')
    const sizes = axes.map((axis) => numberParam(params, `kernel${axis}`))
    const shape = [...sizes, groupInputs(volumeOf(inputs[0])[3], params), filters]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(filters, params)]
  },
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const windows = volumeWindows(volumeOf(inputs[0]), params, 'kernel')
    const attributes = { ...volumeAttributes(windows), groups: numberParam(params, 'groups') }
    const sum = builder.emitOne('conv3d', [values[0]!, weights.kernel!, weights.bias ?? null], attributes)
    return [activated(context, sum)]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters ${axes.map((axis) => numberParam(params, `kernel${axis}`)).join(' x ')}`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 3, 4, 3, 2]], params: { filters: 3, activation: 'tanh' } },
    {
      inputs: [[-1, 4, 5, 3, 1]],
      params: {
        filters: 2,
        kernelDepth: 2,
        kernelHeight: 4,
        strideDepth: 2,
        strideHeight: 2,
        strideWidth: 2,
        padding: 'same',
        useBias: false,
      },
    },
    {
      inputs: [[-1, 3, 3, 5, 4]],
      params: { filters: 4, groups: 2, kernelDepth: 2, dilationDepth: 2, dilationWidth: 2, activation: 'relu' },
    },
    { inputs: [[-1, 1, 1, 1, 1]], params: { filters: 1, kernelDepth: 1, kernelHeight: 1, kernelWidth: 1 } },
  ],
})
