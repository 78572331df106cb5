import type { Shape } from '../base/shape.ts'
import { FUNCTION_NEGATIVE_SLOPE } from './activations.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from './params.ts'
import { layerError, rankError } from './problem.ts'
import { booleanParam, numberParam, textParam } from './read-params.ts'

export type Image = readonly [height: number, width: number, channels: number]

/** Height, width and channels of images. Throws `layer.rank` for anything but N x height x width x channels. */
export function imageOf(shape: Shape | undefined): Image {
  if (shape?.length === 4) return shape.slice(1) as unknown as Image
  throw rankError(shape, {
    message: 'The input is not made of images.',
    expected: 'N x height x width x channels',
    rank: 4,
    fix: 'Give the Input a shape such as 28 x 28 x 1, or put a Reshape in front.',
  })
}

/** Steps and channels of sequences. Throws `layer.rank` for anything but N x steps x channels. */
export function sequenceOf(shape: Shape | undefined): readonly [steps: number, channels: number] {
  if (shape?.length === 3) return shape.slice(1) as unknown as readonly [number, number]
  throw rankError(shape, {
    message: 'The input is not made of sequences.',
    expected: 'N x steps x channels',
    rank: 3,
    fix: 'Give the Input a shape such as 64 x 16, or put a Reshape in front.',
  })
}

export type Volume = readonly [depth: number, height: number, width: number, channels: number]

/** Depth, height, width and channels of volumes. Throws `layer.rank` for anything but N x depth x height x width x channels. */
export function volumeOf(shape: Shape | undefined): Volume {
  if (shape?.length === 5) return shape.slice(1) as unknown as Volume
  throw rankError(shape, {
    message: 'The input is not made of volumes.',
    expected: 'N x depth x height x width x channels',
    rank: 5,
    fix: 'Give the Input a shape such as 16 x 32 x 32 x 1 (the depth is that of a scan, or the frames of a video), or put a Reshape in front.',
  })
}

/** Number of axes that a layer's windows, borders or repeats run along. */
export type SpatialRank = 1 | 2 | 3

/** What the input of such layers is called. */
export const inputNames: Readonly<Record<SpatialRank, string>> = { 1: 'sequences', 2: 'images', 3: 'volumes' }

/** The sizes along those axes, and the channels. Throws `layer.rank`. */
export function spaceOf(rank: SpatialRank, shape: Shape | undefined): { lengths: number[]; channels: number } {
  const sizes = rank === 1 ? sequenceOf(shape) : rank === 2 ? imageOf(shape) : volumeOf(shape)
  return { lengths: sizes.slice(0, -1), channels: sizes.at(-1) as number }
}

/** A whole-number parameter. */
export function integerParam(label: string, help: string, keras: string, initial: number, least = 1): ParamSpec {
  return { kind: 'integer', label, help, keras, default: initial, min: least, max: 1024 }
}

/** Number of output channels. */
export const filtersParam: ParamSpec = {
  kind: 'integer',
  label: 'Filters',
  help: 'Number of kernels, the channels of the output.',
  keras: 'filters',
  default: 32,
  min: 1,
  max: 65536,
  logarithmic: true,
}

/** Keras' `padding`. */
export const paddingParam: Extract<ParamSpec, { kind: 'choice' }> = {
  kind: 'choice',
  label: 'Padding',
  help: 'What happens at the border.',
  keras: 'padding',
  default: 'valid',
  options: [
    { value: 'valid', label: 'valid', help: 'only where the whole window lies in the input' },
    { value: 'same', label: 'same', help: 'zeros around it, so that stride 1 keeps the size; the odd one at the end' },
  ],
}

/** The same with zeros only in front, so that nothing later than a step has influence on it. */
export const causalPaddingParam: ParamSpec = {
  ...paddingParam,
  options: [
    ...paddingParam.options,
    { value: 'causal', label: 'causal', help: 'zeros in front only: a step sees itself and earlier ones' },
  ],
}

/** Parameters `<name>Height` and `<name>Width`. */
export function bothAxes(name: string, label: string, help: string, keras: string, initial: number): ParamSpecs {
  return {
    [`${name}Height`]: integerParam(`${label} height`, `${help} Along the height.`, keras, initial),
    [`${name}Width`]: integerParam(`${label} width`, `${help} Along the width.`, keras, initial),
  }
}

/** The same and `<name>Depth` before them. */
export function threeAxes(name: string, label: string, help: string, keras: string, initial: number): ParamSpecs {
  return {
    [`${name}Depth`]: integerParam(`${label} depth`, `${help} Along the depth.`, keras, initial),
    ...bothAxes(name, label, help, keras, initial),
  }
}

export const strideHelp = 'Pixels from one position of the window to the next.'
export const dilationHelp = 'Distance between the pixels that neighbouring weights of a kernel meet.'

/** Size, stride, padding and dilation of kernels over images. */
export const kernelWindowParams: ParamSpecs = {
  ...bothAxes('kernel', 'Kernel', 'Size of the kernels in pixels.', 'kernel_size', 3),
  ...bothAxes('stride', 'Stride', strideHelp, 'strides', 1),
  padding: paddingParam,
  ...bothAxes('dilation', 'Dilation', dilationHelp, 'dilation_rate', 1),
}

/** One axis of a window as it lies over an input. */
export interface WindowAxis {
  size: number
  stride: number
  dilation: number
  before: number
  after: number
  outputs: number
}

/**
 * Lays a window over `length` positions with Keras' padding: `same` gives ceil(length / stride) outputs, `valid` the positions where the
 * window fits. Throws `layer.window` where none does and `layer.dilation` for strides together with dilation, naming the parameter.
 */
export function windowOver(
  length: number,
  axis: { size: number; stride: number; dilation?: number; padding: string; sizeParam: string; strideParam: string },
): WindowAxis {
  const { size, stride, padding } = axis
  const dilation = axis.dilation ?? 1
  if (stride > 1 && dilation > 1)
    throw layerError({
      code: 'layer.dilation',
      message: 'A dilated kernel cannot move by more than one pixel.',
      param: axis.strideParam,
      expected: 'a stride of 1, or a dilation of 1',
      received: `stride ${stride}, dilation ${dilation}`,
      fix: 'Set the stride or the dilation to 1.',
    })
  const extent = (size - 1) * dilation + 1
  if (padding === 'same') {
    const outputs = Math.ceil(length / stride)
    const total = Math.max(0, (outputs - 1) * stride + extent - length)
    const before = Math.floor(total / 2)
    return { size, stride, dilation, before, after: total - before, outputs }
  }
  const before = padding === 'causal' ? extent - 1 : 0
  if (length + before < extent)
    throw layerError({
      code: 'layer.window',
      message: 'The window is larger than the input.',
      port: 'input',
      param: axis.sizeParam,
      expected: `a window of at most ${length}`,
      received: dilation > 1 ? `${extent} (${size} dilated by ${dilation})` : String(extent),
      fix: 'Make the window smaller, choose padding "same", or pool less before this layer.',
    })
  const outputs = Math.floor((length + before - extent) / stride) + 1
  return { size, stride, dilation, before, after: 0, outputs }
}

/** The windows along axes whose parameters are `<size><Axis>`, `stride<Axis>` and perhaps `dilation<Axis>`. */
function windowsAlong<Axes extends readonly string[]>(
  axes: Axes,
  lengths: readonly number[],
  params: EffectiveParams,
  size: string,
): { [Index in keyof Axes]: WindowAxis } {
  const windows = axes.map((axis, index) =>
    windowOver(lengths[index] as number, {
      size: numberParam(params, `${size}${axis}`),
      stride: numberParam(params, `stride${axis}`),
      dilation: `dilation${axis}` in params ? numberParam(params, `dilation${axis}`) : 1,
      padding: textParam(params, 'padding'),
      sizeParam: `${size}${axis}`,
      strideParam: `stride${axis}`,
    }),
  )
  return windows as { [Index in keyof Axes]: WindowAxis }
}

/** The windows of a two-dimensional layer whose parameters are `<size>Height`, `<size>Width` and strides, perhaps dilations. */
export function imageWindows(image: Image, params: EffectiveParams, size: string): readonly [WindowAxis, WindowAxis] {
  return windowsAlong(['Height', 'Width'] as const, image, params, size)
}

/** Those of a three-dimensional layer, which has `<size>Depth` as well. */
export function volumeWindows(
  volume: Volume,
  params: EffectiveParams,
  size: string,
): readonly [WindowAxis, WindowAxis, WindowAxis] {
  return windowsAlong(['Depth', 'Height', 'Width'] as const, volume, params, size)
}

/** Keras' `groups`. */
export const groupsParam = integerParam(
  'Groups',
  'Cuts channels and filters into groups that do not see each other.',
  'groups',
  1,
)

/** Refuses groups that do not divide channels and filters; returns the channels of one. Throws `layer.groups`. */
export function groupInputs(channels: number, params: EffectiveParams): number {
  const filters = numberParam(params, 'filters')
  const groups = numberParam(params, 'groups')
  if (channels % groups === 0 && filters % groups === 0) return channels / groups
  throw layerError({
    code: 'layer.groups',
    message: 'The groups do not divide the channels evenly.',
    port: 'input',
    param: 'groups',
    expected: `a number that divides ${channels} channels and ${filters} filters`,
    received: String(groups),
    fix: 'Set the groups to 1, or change the filters.',
  })
}

/** Attributes of a convolution op. */
export function convolutionAttributes([vertical, horizontal]: readonly [WindowAxis, WindowAxis]) {
  return {
    strideHeight: vertical.stride,
    strideWidth: horizontal.stride,
    dilationHeight: vertical.dilation,
    dilationWidth: horizontal.dilation,
    padTop: vertical.before,
    padBottom: vertical.after,
    padLeft: horizontal.before,
    padRight: horizontal.after,
  }
}

/** Attributes of a convolution op over volumes. */
export function volumeAttributes([deep, ...plane]: readonly [WindowAxis, WindowAxis, WindowAxis]) {
  return {
    strideDepth: deep.stride,
    dilationDepth: deep.dilation,
    padFront: deep.before,
    padBack: deep.after,
    ...convolutionAttributes(plane),
  }
}

/** Attributes of a pooling op. */
export function poolingAttributes([vertical, horizontal]: readonly [WindowAxis, WindowAxis]) {
  return {
    poolHeight: vertical.size,
    poolWidth: horizontal.size,
    strideHeight: vertical.stride,
    strideWidth: horizontal.stride,
    padTop: vertical.before,
    padBottom: vertical.after,
    padLeft: horizontal.before,
    padRight: horizontal.after,
  }
}

/** The axis of height 1 over which one-dimensional layers run as two-dimensional ones. */
export const flatAxis: WindowAxis = { size: 1, stride: 1, dilation: 1, before: 0, after: 0, outputs: 1 }

/** The slope or scale that an activation has as part of another layer. */
export function activationAlpha(activation: string): number {
  return activation === 'leaky_relu' ? FUNCTION_NEGATIVE_SLOPE : 1
}

/** Shown while the layer has a bias. */
export const withBias = { visible: (params: EffectiveParams) => booleanParam(params, 'useBias') }
