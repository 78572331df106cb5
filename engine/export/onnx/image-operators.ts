import type { Attributes } from '../../ops/op.ts'
import type { OperatorContext, OperatorMapping } from './operators.ts'

/** ONNX lays images out with channels first. */
function channelsFirst({ graph }: OperatorContext, x: string): string {
  return graph.add('Transpose', [x], { perm: [0, 3, 1, 2] })
}

function channelsLast({ graph }: OperatorContext, x: string): string {
  return graph.add('Transpose', [x], { perm: [0, 2, 3, 1] })
}

function numbers(attributes: Attributes, ...names: readonly string[]): number[] {
  return names.map((name) => Number(attributes[name]))
}

function windows(attributes: Attributes): Record<string, readonly number[]> {
  return {
    strides: numbers(attributes, 'strideHeight', 'strideWidth'),
    pads: numbers(attributes, 'padTop', 'padLeft', 'padBottom', 'padRight'),
  }
}

function dilations(attributes: Attributes): number[] {
  return numbers(attributes, 'dilationHeight', 'dilationWidth')
}

const convolution: OperatorMapping = (context) => {
  const { graph, inputs, attributes } = context
  const w = graph.add('Transpose', [inputs[1]!], { perm: [3, 2, 0, 1] })
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
  const w = graph.add('Transpose', [graph.add('Reshape', [inputs[1]!, shape])], { perm: [3, 2, 0, 1] })
  const operands = [channelsFirst(context, inputs[0]!), w, ...(inputs[2] ? [inputs[2]] : [])]
  return channelsLast(
    context,
    graph.add('Conv', operands, { ...windows(attributes), dilations: dilations(attributes), group: channels }),
  )
}

const transposed: OperatorMapping = (context) => {
  const { graph, inputs, inputShapes, outputShape, attributes } = context
  const w = graph.add('Transpose', [inputs[1]!], { perm: [3, 2, 0, 1] })
  const operands = [channelsFirst(context, inputs[0]!), w, ...(inputs[2] ? [inputs[2]] : [])]
  const { strides, pads } = windows(attributes) as { strides: number[]; pads: number[] }
  const dilated = dilations(attributes)
  // What the strides leave open of the size that the layer gives.
  const rest = [0, 1].map((axis) => {
    const extent = (inputShapes[1]![axis]! - 1) * dilated[axis]! + 1
    const size = strides[axis]! * (inputShapes[0]![axis + 1]! - 1) + extent - pads[axis]! - pads[axis + 2]!
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
