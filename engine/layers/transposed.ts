import type { EffectiveParams, ParamSpec } from './params.ts'
import { layerError } from './problem.ts'
import { numberParam, textParam } from './read-params.ts'
import { paddingParam, type WindowAxis } from './windows.ts'

/** Keras' `padding` of a transposed convolution. */
export const transposedPaddingParam: ParamSpec = {
  ...paddingParam,
  options: [
    { value: 'valid', label: 'valid', help: 'keeps all that the kernels reach' },
    { value: 'same', label: 'same', help: 'cuts the border off: exactly stride times the size' },
  ],
}

/** Keras' `output_padding`, where -1 stands for None. */
export function outputPaddingParam(label: string): ParamSpec {
  return {
    kind: 'integer',
    label,
    help: 'Positions added at the end, fewer than the stride; -1 = as many as padding asks for.',
    keras: 'output_padding',
    default: -1,
    min: -1,
    max: 1023,
    searchable: false,
  }
}

/** What the stride of a transposed convolution means. */
export const transposedStrideHelp = 'How many times larger the output is.'

/** Names of the parameters of one axis. */
export interface TransposedParams {
  kernel: string
  stride: string
  dilation: string
  outputPadding: string
}

/** The parameters `kernel<Axis>` and so on. */
export function transposedParams(axis: string): TransposedParams {
  return {
    kernel: `kernel${axis}`,
    stride: `stride${axis}`,
    dilation: `dilation${axis}`,
    outputPadding: `outputPadding${axis}`,
  }
}

/**
 * The window of the convolution whose gradient a transposed one is, with the size of its input in `outputs`: Keras' output sizes and
 * crops. Throws `layer.dilation` for strides together with dilation and `layer.output-padding` for one that is not below the stride.
 */
export function transposedWindow(length: number, params: EffectiveParams, names: TransposedParams): WindowAxis {
  const size = numberParam(params, names.kernel)
  const stride = numberParam(params, names.stride)
  const dilation = numberParam(params, names.dilation)
  const given = numberParam(params, names.outputPadding)
  if (stride > 1 && dilation > 1)
    throw layerError({
      code: 'layer.dilation',
      message: 'A dilated kernel cannot be laid out with a stride.',
      param: names.stride,
      expected: 'a stride of 1, or a dilation of 1',
      received: `stride ${stride}, dilation ${dilation}`,
      fix: 'Set the stride or the dilation to 1.',
    })
  if (given >= stride)
    throw layerError({
      code: 'layer.output-padding',
      message: 'The output padding reaches or exceeds the stride.',
      param: names.outputPadding,
      expected: `-1, or a number below the stride of ${stride}`,
      received: String(given),
      fix: 'Set it to -1, or enlarge the stride.',
    })
  const extent = (size - 1) * dilation + 1
  const reach = (length - 1) * stride + extent
  if (textParam(params, 'padding') === 'valid') {
    const added = given < 0 ? Math.max(extent, stride) - extent : given
    return { size, stride, dilation, before: 0, after: 0, outputs: reach + added }
  }
  const total = given < 0 ? stride + extent - 2 : extent + (extent % 2) - 2 + given
  const outputs = given < 0 ? length * stride : (length - 1) * stride + (extent % 2) + given
  const before = extent - 1 - Math.min(Math.ceil(total / 2), extent - 1)
  if (outputs < 1)
    throw layerError({
      code: 'layer.output-padding',
      message: 'Nothing of the output would be left.',
      port: 'input',
      param: names.outputPadding,
      expected: 'an output padding of 1 or more, or -1',
      received: String(given),
      fix: 'Set it to -1.',
    })
  return { size, stride, dilation, before, after: Math.max(reach - before - outputs, 0), outputs }
}
