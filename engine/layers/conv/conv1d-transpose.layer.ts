import type { Shape } from '../../base/shape.ts'
import { activated, activationParam, biasSpecs, kernelSpec, turnedKernelParams, useBiasParam } from '../kernels.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { numberParam, textParam } from '../read-params.ts'
import { outputPaddingParam, transposedPaddingParam, transposedStrideHelp, transposedWindow } from '../transposed.ts'
import { convolutionAttributes, dilationHelp, filtersParam, flatAxis, integerParam, sequenceOf } from '../windows.ts'

const names = {
  kernel: 'kernelSize',
  stride: 'strides',
  dilation: 'dilationRate',
  outputPadding: 'outputPadding',
} as const

const windowOf = (input: Shape | undefined, params: EffectiveParams) =>
  transposedWindow(sequenceOf(input)[0], params, names)

export const conv1dTranspose = defineLayer({
  type: 'conv1d_transpose',
  label: 'Conv1DTranspose',
  keras: 'Conv1DTranspose',
  category: 'convolution',
  icon: 'unfold-horizontal',
  summary: 'Lengthens sequences with learned kernels.',
  aliases: ['deconvolution', 'transposed'],
  help: 'The transposed map of a convolution, also called deconvolution: every input step lays its kernels, weighted, over the output. Stride $s$ makes the sequence $s$ times as long.',
  inputs: [{ name: 'input', label: 'sequences' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    kernelSize: integerParam('Kernel size', 'Steps that a kernel spans.', 'kernel_size', 3),
    strides: integerParam('Stride', transposedStrideHelp, 'strides', 1),
    padding: transposedPaddingParam,
    outputPadding: outputPaddingParam('Output padding'),
    dilationRate: integerParam('Dilation', dilationHelp.replace('pixels', 'steps'), 'dilation_rate', 1),
    activation: activationParam,
    useBias: useBiasParam,
    ...turnedKernelParams('kernel'),
  },
  infer: ({ inputs, params }) => [[-1, windowOf(inputs[0], params).outputs, numberParam(params, 'filters')]],
  weights({ inputs, params }) {
    const filters = numberParam(params, 'filters')
    const shape = [numberParam(params, 'kernelSize'), filters, sequenceOf(inputs[0])[1]]
    return [kernelSpec('kernel', shape, params), ...biasSpecs(filters, params)]
  },
  // As images of height 1.
  lower(context) {
    const { builder, inputs, values, weights, params } = context
    const [steps, channels] = sequenceOf(inputs[0])
    const window = windowOf(inputs[0], params)
    const filters = numberParam(params, 'filters')
    const image = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, 1, steps, channels] })
    const kernelShape = [1, ...builder.shapeOf(weights.kernel!)]
    const kernel = builder.emitOne('reshape', [weights.kernel!], {}, { shape: kernelShape })
    const operands = [image, kernel, weights.bias ?? null]
    const shape = [-1, 1, window.outputs, filters]
    const sum = builder.emitOne('conv2d_transpose', operands, convolutionAttributes([flatAxis, window]), { shape })
    const made = activated(context, sum)
    return [builder.emitOne('reshape', [made], {}, { shape: [-1, window.outputs, filters] })]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters of ${numberParam(params, 'kernelSize')}`,
    textParam(params, 'activation'),
  ],
  samples: [
    { inputs: [[-1, 4, 2]], params: { filters: 3, activation: 'tanh' } },
    { inputs: [[-1, 3, 3]], params: { filters: 2, kernelSize: 4, strides: 2, padding: 'same' } },
    { inputs: [[-1, 3, 2]], params: { filters: 2, kernelSize: 2, strides: 3, outputPadding: 2, useBias: false } },
    { inputs: [[-1, 4, 1]], params: { filters: 2, dilationRate: 2, padding: 'same' } },
  ],
})
