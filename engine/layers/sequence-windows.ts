import type { Shape } from '../base/shape.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from './params.ts'
import { numberParam, textParam } from './read-params.ts'
import { dilationHelp, integerParam, sequenceOf, strideHelp, type WindowAxis, windowOver } from './windows.ts'

/** Size, stride, padding and dilation of kernels along sequences. */
export const sequenceWindowParams = (padding: ParamSpec): ParamSpecs => ({
  kernelSize: integerParam('Kernel size', 'Steps that a kernel spans.', 'kernel_size', 3),
  strides: integerParam('Stride', strideHelp.replace('Pixels', 'Steps'), 'strides', 1),
  padding,
  dilationRate: integerParam('Dilation', dilationHelp.replace('pixels', 'steps'), 'dilation_rate', 1),
})

/** The window that these parameters lay over sequences. Throws `layer.rank`, `layer.window`, `layer.dilation`. */
export function sequenceWindow(shape: Shape | undefined, params: EffectiveParams): WindowAxis {
  return windowOver(sequenceOf(shape)[0], {
    size: numberParam(params, 'kernelSize'),
    stride: numberParam(params, 'strides'),
    dilation: numberParam(params, 'dilationRate'),
    padding: textParam(params, 'padding'),
    sizeParam: 'kernelSize',
    strideParam: 'strides',
  })
}
