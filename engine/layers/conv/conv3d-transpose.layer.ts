import type { Shape } from '../../base/shape.ts'
import { activated, activationParam, biasSpecs, kernelSpec, turnedKernelParams, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { numberParam, textParam } from '../read-params.ts'
import {
  outputPaddingParam,
  transposedPaddingParam,
  transposedParams,
  transposedStrideHelp,
  transposedWindow,
} from '../transposed.ts'
import { dilationHelp, filtersParam, threeAxes, volumeAttributes, volumeOf } from '../windows.ts'

const axes = ['Depth', 'Height', 'Width'] as const

function windowsOf(input: Shape | undefined, params: EffectiveParams) {
  const [depth, height, width] = volumeOf(input)
  return [
    transposedWindow(depth, params, transposedParams('Depth')),
    transposedWindow(height, params, transposedParams('Height')),
    transposedWindow(width, params, transposedParams('Width')),
  ] as const
}

const outputShape = (input: Shape | undefined, params: EffectiveParams): Shape => [
  -1,
  ...windowsOf(input, params).map((window) => window.outputs),
  numberParam(params, 'filters'),
]

export const conv3dTranspose = defineLayer({
  type: 'conv3d_transpose',
  label: 'Conv3DTranspose',
  keras: 'Conv3DTranspose',
  category: 'convolution',
  icon: 'scale-3d',
  summary: 'Enlarges volumes with learned kernels.',
  aliases: ['deconvolution', 'transposed'],
  help: 'The transposed map of a convolution, also called deconvolution: every input voxel lays its kernels, weighted, over the output. Stride $s$ makes the volume $s$ times as large along that axis.',
  inputs: [{ name: 'input', label: 'volumes' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...threeAxes('kernel', 'Kernel', 'Size of the kernels in voxels.', 'kernel_size', 3),
    ...threeAxes('stride', 'Stride', transposedStrideHelp, 'strides', 1),
    padding: transposedPaddingParam,
    ...Object.fromEntries(
      axes.map((axis) => [`outputPadding${axis}`, outputPaddingParam(`Output padding ${axis.toLowerCase()}`)]),
    ),
    ...threeAxes('dilation', 'Dilation', dilationHelp.replace('pixels', 'voxels'), 'dilation_rate', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...turnedKernelParams('kernel'),
  },
  infer: ({ inputs, params }) => [outputShape(inputs[0], params)],
  weights({ inputs, params }) {
    const filters = numberParam(params, 'filters')
    const sizes = axes.map((axis) => numberParam(params, `kernel${axis}`))
    const shape = [...sizes, filters, volumeOf(inputs[0])[3]]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(filters, params)]
  },
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const operands = [values[0]!, weights.kernel!, weights.bias ?? null]
    const attributes = volumeAttributes(windowsOf(inputs[0], params))
    const shape = outputShape(inputs[0], params)
    return [activated(context, builder.emitOne('conv3d_transpose', operands, attributes, { shape }))]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters ${axes.map((axis) => numberParam(params, `kernel${axis}`)).join(' x ')}`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 2, 3, 2, 2]], params: { filters: 2, kernelDepth: 2, activation: 'tanh' } },
    {
      inputs: [[-1, 2, 2, 1, 2]],
      params: { filters: 2, strideDepth: 2, strideHeight: 2, strideWidth: 2, padding: 'same' },
    },
    {
      inputs: [[-1, 1, 2, 2, 1]],
      params: { filters: 3, kernelHeight: 2, kernelWidth: 1, strideHeight: 3, outputPaddingHeight: 2, useBias: false },
    },
    { inputs: [[-1, 2, 2, 3, 1]], params: { filters: 1, kernelDepth: 2, dilationDepth: 2, padding: 'same' } },
  ],
})
