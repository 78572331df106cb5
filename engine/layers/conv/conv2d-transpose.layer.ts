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
import {
  bothAxes,
  convolutionAttributes,
  dilationHelp,
  filtersParam,
  type Image,
  imageOf,
  type WindowAxis,
} from '../windows.ts'

function windowsOf([height, width]: Image, params: EffectiveParams): readonly [WindowAxis, WindowAxis] {
  return [
    transposedWindow(height, params, transposedParams('Height')),
    transposedWindow(width, params, transposedParams('Width')),
  ]
}

export const conv2dTranspose = defineLayer({
  type: 'conv2d_transpose',
  label: 'Conv2DTranspose',
  keras: 'Conv2DTranspose',
  category: 'convolution',
  icon: 'scaling',
  summary: 'Enlarges images with learned kernels.',
  aliases: ['deconvolution', 'transposed'],
  help: 'The transposed map of a convolution, also called deconvolution: every input pixel lays its kernels, weighted, over the output. Stride $s$ makes the image $s$ times as large; kernels whose size is a multiple of the stride avoid a checkerboard.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...bothAxes('kernel', 'Kernel', 'Size of the kernels in pixels.', 'kernel_size', 3),
    ...bothAxes('stride', 'Stride', transposedStrideHelp, 'strides', 1),
    padding: transposedPaddingParam,
    outputPaddingHeight: outputPaddingParam('Output padding height'),
    outputPaddingWidth: outputPaddingParam('Output padding width'),
    ...bothAxes('dilation', 'Dilation', dilationHelp, 'dilation_rate', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...turnedKernelParams('kernel'),
  },
  infer({ inputs, params }) {
    const [vertical, horizontal] = windowsOf(imageOf(inputs[0]), params)
    return [[-1, vertical.outputs, horizontal.outputs, numberParam(params, 'filters')]]
  },
  weights({ inputs, params }) {
    const [, , channels] = imageOf(inputs[0])
    const filters = numberParam(params, 'filters')
    const shape = [numberParam(params, 'kernelHeight'), numberParam(params, 'kernelWidth'), filters, channels]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(filters, params)]
  },
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const windows = windowsOf(imageOf(inputs[0]), params)
    const shape = [-1, windows[0].outputs, windows[1].outputs, numberParam(params, 'filters')]
    const operands = [values[0]!, weights.kernel!, weights.bias ?? null]
    const sum = builder.emitOne('conv2d_transpose', operands, convolutionAttributes(windows), { shape })
    return [activated(context, sum)]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters ${numberParam(params, 'kernelHeight')} x ${numberParam(params, 'kernelWidth')}`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 3, 2, 2]], params: { filters: 3, kernelHeight: 2, activation: 'tanh' } },
    { inputs: [[-1, 3, 3, 2]], params: { filters: 2, strideHeight: 2, strideWidth: 2, padding: 'same' } },
    {
      inputs: [[-1, 2, 3, 2]],
      params: { filters: 2, kernelHeight: 2, strideHeight: 3, strideWidth: 2, useBias: false },
    },
    { inputs: [[-1, 2, 3, 1]], params: { filters: 2, dilationHeight: 2, padding: 'same', activityL1: 0.01 } },
    {
      inputs: [[-1, 2, 2, 2]],
      params: { filters: 1, strideHeight: 3, strideWidth: 2, outputPaddingHeight: 2, outputPaddingWidth: 0 },
    },
  ],
})
