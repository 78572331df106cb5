import { lowerActivation } from '../activations.ts'
import { activationParam, biasSpecs, kernelParams, kernelSpec, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { numberParam, textParam } from '../read-params.ts'
import {
  activationAlpha,
  bothAxes,
  convolutionAttributes,
  filtersParam,
  type Image,
  imageOf,
  paddingParam,
  type WindowAxis,
} from '../windows.ts'

/** The window of the convolution whose gradient this is, with the size of its input in `outputs` (Keras' output sizes). */
function windowsOf([height, width]: Image, params: EffectiveParams): [WindowAxis, WindowAxis] {
  const along = (length: number, side: 'Height' | 'Width'): WindowAxis => {
    const size = numberParam(params, `kernel${side}`)
    const stride = numberParam(params, `stride${side}`)
    const total = Math.max(size - stride, 0)
    const padded = length * stride + total
    if (textParam(params, 'padding') === 'valid')
      return { size, stride, dilation: 1, before: 0, after: 0, outputs: padded }
    const before = Math.floor(total / 2)
    return { size, stride, dilation: 1, before, after: total - before, outputs: length * stride }
  }
  return [along(height, 'Height'), along(width, 'Width')]
}

export const conv2dTranspose = defineLayer({
  type: 'conv2d_transpose',
  label: 'Conv2DTranspose',
  keras: 'Conv2DTranspose',
  category: 'convolution',
  icon: 'scaling',
  summary: 'Enlarges images with learned kernels.',
  help: 'The transposed map of a convolution, also called deconvolution: every input pixel lays its kernels, weighted, over the output. Stride $s$ makes the image $s$ times as large; kernels whose size is a multiple of the stride avoid a checkerboard.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...bothAxes('kernel', 'Kernel', 'Size of the kernels in pixels.', 'kernel_size', 3),
    ...bothAxes('stride', 'Stride', 'How many times larger the output is.', 'strides', 1),
    padding: {
      ...paddingParam,
      options: [
        { value: 'valid', label: 'valid', help: 'keeps all that the kernels reach' },
        { value: 'same', label: 'same', help: 'cuts the border off: exactly stride times the size' },
      ],
    },
    activation: activationParam,
    useBias: useBiasParam,
    ...kernelParams('kernel'),
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
  lower({ builder, inputs, values, weights, params }) {
    const windows = windowsOf(imageOf(inputs[0]), params)
    const shape = [-1, windows[0].outputs, windows[1].outputs, numberParam(params, 'filters')]
    const operands = [values[0]!, weights.kernel!, weights.bias ?? null]
    const sum = builder.emitOne('conv2d_transpose', operands, convolutionAttributes(windows), { shape })
    const activation = textParam(params, 'activation')
    return [lowerActivation(builder, sum, activation, activationAlpha(activation))]
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
  ],
})
