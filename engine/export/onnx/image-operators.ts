import type { Attributes } from '../../ops/op.ts'
import type { OperatorContext, OperatorMapping } from './operators.ts'

/** ONNX lays images and volumes out with channels first. */
function channelsFirst({ graph, inputShapes }: OperatorContext, x: string): string {
  const rank = inputShapes[0]!.length
  return graph.add('Transpose', [x], { perm: [0, rank - 1, ...range(1, rank - 1)] })
}

function channelsLast({ graph, outputShape }: OperatorContext, x: string): string {
  const rank = outputShape.length
  return graph.add('Transpose', [x], { perm: [0, ...range(2, rank), 1] })
}

/** Kernels: from spatial axes, inputs, outputs to outputs, inputs, spatial axes. */
function kernelFirst({ graph }: OperatorContext, w: string, rank: number): string {
  return graph.add('Transpose', [w], { perm: [rank - 1, rank - 2, ...range(0, rank - 2)] })
}

const range = (begin: number, end: number): number[] => Array.from({ length: end - begin }, (_, index) => begin + index)

function numbers(attributes: Attributes, ...names: readonly string[]): number[] {
  return names.map((name) => Number(attributes[name]))
}

/** Names of the attributes along the axes that an op has. */
function axesOf(attributes: Attributes) {
  const deep = 'strideDepth' in attributes
  return {
    axes: deep ? ['Depth', 'Height', 'Width'] : ['Height', 'Width'],
    pads: deep
      ? ['padFront', 'padTop', 'padLeft', 'padBack', 'padBottom', 'padRight']
      : ['padTop', 'padLeft', 'padBottom', 'padRight'],
  }
}

function windows(attributes: Attributes): { strides: number[]; pads: number[] } {
  const { axes, pads } = axesOf(attributes)
  return { strides: numbers(attributes, ...axes.map((axis) => `stride${axis}`)), pads: numbers(attributes, ...pads) }
}

function dilations(attributes: Attributes): number[] {
  return numbers(attributes, ...axesOf(attributes).axes.map((axis) => `dilation${axis}`))
}

const convolution: OperatorMapping = (context) => {
  const { graph, inputs, inputShapes, attributes } = context
  const w = kernelFirst(context, inputs[1]!, inputShapes[1]!.length)
  const operands = [channelsFirst(context, inputs[0]!), w, ...(inputs[2] ? [inputs[2]] : [])]
  const group = Number(attributes.groups)
  return channelsLast(
    context,
    graph.add('Conv', operands, { ...windows(attributes), dilations: dilations(attributes), group }),
  )
}

const depthwise: OperatorMapping = (context) => {
  const { graph, inputs, inputShapes, attributes } = context
  const [height, width, channels, multiplier] = inputShapes[1] as readonly [number, number, number, number]
  const shape = graph.integers('shape', [height, width, 1, channels * multiplier])
  const w = kernelFirst(context, graph.add('Reshape', [inputs[1]!, shape]), 4)
  const operands = [channelsFirst(context, inputs[0]!), w, ...(inputs[2] ? [inputs[2]] : [])]
  return channelsLast(
    context,
    graph.add('Conv', operands, { ...windows(attributes), dilations: dilations(attributes), group: channels }),
  )
}

const transposed: OperatorMapping = (context) => {
  const { graph, inputs, inputShapes, outputShape, attributes } = context
  const w = kernelFirst(context, inputs[1]!, inputShapes[1]!.length)
  const operands = [channelsFirst(context, inputs[0]!), w, ...(inputs[2] ? [inputs[2]] : [])]
  const { strides, pads } = windows(attributes)
  const dilated = dilations(attributes)
  // What the strides leave open of the size that the layer gives.
  const rest = strides.map((_, axis) => {
    const extent = (inputShapes[1]![axis]! - 1) * dilated[axis]! + 1
    const size = strides[axis]! * (inputShapes[0]![axis + 1]! - 1) + extent - pads[axis]! - pads[axis + strides.length]!
    return outputShape[axis + 1]! - size
  })
  const group = Number(attributes.groups)
  return channelsLast(
    context,
    graph.add('ConvTranspose', operands, { strides, pads, dilations: dilated, output_padding: rest, group }),
  )
}

function pooling(type: 'MaxPool' | 'AveragePool'): OperatorMapping {
  return (context) => {
    const { graph, inputs, attributes } = context
    const size = numbers(attributes, 'poolHeight', 'poolWidth')
    const pooled = graph.add(type, [channelsFirst(context, inputs[0]!)], {
      kernel_shape: size,
      ...windows(attributes),
    })
    return channelsLast(context, pooled)
  }
}

/** The mappings of the ops over images; activations fused into a convolution are added by whoever calls. */
export const imageOperators: Readonly<Record<string, OperatorMapping>> = {
  conv2d: convolution,
  conv2d_transpose: transposed,
  conv3d: convolution,
  conv3d_transpose: transposed,
  depthwise_conv2d: depthwise,
  max_pool2d: pooling('MaxPool'),
  average_pool2d: pooling('AveragePool'),
  upsample2d: (context) => {
    const { graph, inputs, attributes } = context
    const scales = graph.floats('scales', [4], [1, 1, ...numbers(attributes, 'height', 'width')])
    const larger = graph.add('Resize', [channelsFirst(context, inputs[0]!), '', scales], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    })
    return channelsLast(context, larger)
  },
  // Channels stay where they are: the runtimes blend along the axes between the first and the last.
  interpolate: ({ graph, inputs, inputShapes, attributes }) => {
    const rank = inputShapes[0]!.length
    const scales = Array.from({ length: rank }, (_, axis) => (axis === attributes.axis ? Number(attributes.factor) : 1))
    return graph.add('Resize', [inputs[0]!, '', graph.floats('scales', [rank], scales)], {
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
    })
  },
  pad_slice: ({ graph, inputs, inputShapes, outputShape, attributes }) => {
    const axis = Number(attributes.axis)
    const begin = Number(attributes.begin)
    const before = outputShape.map((_, index) => (index === axis ? begin : 0))
    const after = outputShape.map((size, index) => (index === axis ? size - begin - inputShapes[0]![axis]! : 0))
    return graph.add('Pad', [inputs[0]!, graph.integers('pads', [...before, ...after])])
  },
}
