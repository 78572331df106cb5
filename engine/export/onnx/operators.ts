import { LaminaError } from '../../base/errors.ts'
import type { Shape } from '../../base/shape.ts'
import { spreadAxes } from '../../ops/broadcast.op.ts'
import type { Attributes } from '../../ops/op.ts'
import { activate } from './activation-operators.ts'
import { attentionOperators } from './attention-operators.ts'
import type { OnnxGraph } from './graph.ts'
import { imageOperators } from './image-operators.ts'
import { maskOperators } from './mask-operators.ts'
import { recurrentOperators } from './recurrent-operators.ts'
import { DataType } from './schema.ts'

export interface OperatorContext {
  graph: OnnxGraph
  /** Names of the inputs; null where an optional one is left out. */
  inputs: readonly (string | null)[]
  inputShapes: readonly (Shape | null)[]
  /** Numbers of inputs that are weights; null for computed ones. */
  literals: readonly (Float32Array | null)[]
  outputShape: Shape
  attributes: Attributes
}

/** Appends the ONNX operators of one IR op and returns the name of its output. */
export type OperatorMapping = (context: OperatorContext) => string

/** Every op of an inference graph and how ONNX (opset 17, default domain) says it. */
export const operators: Readonly<Record<string, OperatorMapping>> = {
  ...imageOperators,
  conv2d: (context) => activate(context.graph, imageOperators.conv2d!(context), context.attributes),
  conv2d_transpose: (context) => activate(context.graph, imageOperators.conv2d_transpose!(context), context.attributes),
  ...recurrentOperators,
  ...maskOperators,
  ...attentionOperators,
  dense: (context) => activate(context.graph, denseSum(context), context.attributes),
  dense_residual(context) {
    const { graph, inputs, attributes } = context
    return activate(graph, graph.add('Add', [denseSum(context), inputs[3]!]), attributes)
  },
  activation: ({ graph, inputs, attributes }) => activate(graph, inputs[0]!, attributes),
  softmax: ({ graph, inputs }) => graph.add('Softmax', [inputs[0]!], { axis: -1 }),
  log_softmax: ({ graph, inputs }) => graph.add('LogSoftmax', [inputs[0]!], { axis: -1 }),
  prelu: ({ graph, inputs }) => graph.add('PRelu', [inputs[0]!, inputs[1]!]),
  add: ({ graph, inputs }) => graph.add(inputs.length === 2 ? 'Add' : 'Sum', inputs as string[]),
  subtract: ({ graph, inputs }) => graph.add('Sub', inputs as string[]),
  multiply: ({ graph, inputs }) => graph.add('Mul', inputs as string[]),
  maximum: ({ graph, inputs }) => graph.add('Max', inputs as string[]),
  minimum: ({ graph, inputs }) => graph.add('Min', inputs as string[]),
  scale: ({ graph, inputs, attributes }) => graph.add('Mul', [inputs[0]!, graph.scalar(Number(attributes.factor))]),
  // One row where the batch would be: it broadcasts.
  fill: ({ graph, outputShape, attributes }) => {
    const dims = outputShape.map((size) => Math.max(1, size))
    const count = dims.reduce((product, size) => product * size, 1)
    return graph.floats('fill', dims, new Float32Array(count).fill(Number(attributes.value)))
  },
  concatenate: ({ graph, inputs, attributes }) =>
    graph.add('Concat', inputs as string[], { axis: Number(attributes.axis) }),
  broadcast: ({ graph, inputs, outputShape }) =>
    graph.add('Expand', [inputs[0]!, graph.integers('shape', [1, ...outputShape.slice(1)])]),
  reduce_sum: ({ graph, inputs, inputShapes, outputShape }) =>
    graph.add('ReduceSum', [inputs[0]!, graph.integers('axes', spreadAxes(outputShape, inputShapes[0]!))], {
      keepdims: 1,
    }),
  reduce_max: ({ graph, inputs, inputShapes, outputShape }) =>
    graph.add('ReduceMax', [inputs[0]!], { axes: spreadAxes(outputShape, inputShapes[0]!), keepdims: 1 }),
  // Truncates ids as Lamina does; where Lamina answers an id outside the table with NaN, runtimes refuse it.
  embedding: ({ graph, inputs }) => {
    const ids = graph.add('Cast', [inputs[0]!], { to: DataType.int64 })
    return graph.add('Gather', [inputs[1]!, ids], { axis: 0 })
  },
  slice: ({ graph, inputs, attributes, outputShape }) => {
    const axis = Number(attributes.axis)
    const begin = Number(attributes.begin)
    return graph.add('Slice', [
      inputs[0]!,
      graph.integers('starts', [begin]),
      graph.integers('ends', [begin + (outputShape[axis] as number)]),
      graph.integers('axes', [axis]),
    ])
  },
  reshape: ({ graph, inputs, outputShape }) =>
    graph.add('Reshape', [inputs[0]!, graph.integers('shape', [-1, ...outputShape.slice(1)])]),
  layer_normalization: ({ graph, inputs, inputShapes, attributes }) => {
    const [x, gamma, beta] = inputs
    const size = inputShapes[0]!.at(-1) as number
    const scale = gamma ?? graph.floats('scale', [size], new Float32Array(size).fill(1))
    const epsilon = { float: Number(attributes.epsilon) }
    return graph.add('LayerNormalization', beta ? [x!, scale, beta] : [x!, scale], { axis: -1, epsilon })
  },
  group_normalization: ({ graph, inputs, inputShapes, outputShape, attributes }) => {
    const [x, gamma, beta] = inputs
    const channels = inputShapes[0]!.at(-1) as number
    const groups = Number(attributes.groups)
    const positions = inputShapes[0]!.slice(1, -1).reduce((product, size) => product * size, 1)
    const shape = graph.integers('groups', [-1, positions, groups, channels / groups])
    const grouped = graph.add('Reshape', [x!, shape])
    const mean = (value: string) => graph.add('ReduceMean', [value], { axes: [1, 3] })
    const centred = graph.add('Sub', [grouped, mean(grouped)])
    const variance = mean(graph.add('Mul', [centred, centred]))
    const deviation = graph.add('Sqrt', [graph.add('Add', [variance, graph.scalar(Number(attributes.epsilon))])])
    const normal = graph.add('Div', [centred, deviation])
    const back = graph.add('Reshape', [normal, graph.integers('shape', [-1, ...outputShape.slice(1)])])
    const scaled = gamma ? graph.add('Mul', [back, gamma]) : back
    return beta ? graph.add('Add', [scaled, beta]) : scaled
  },
  rms_normalization: ({ graph, inputs, attributes }) => {
    const [x, gamma] = inputs
    const square = graph.add('ReduceMean', [graph.add('Mul', [x!, x!])], { axes: [-1] })
    const root = graph.add('Sqrt', [graph.add('Add', [square, graph.scalar(Number(attributes.epsilon))])])
    const normal = graph.add('Div', [x!, root])
    return gamma ? graph.add('Mul', [normal, gamma]) : normal
  },
  unit_normalization: ({ graph, inputs }) => {
    const norm = graph.add('ReduceL2', [inputs[0]!], { axes: [-1] })
    return graph.add('Div', [inputs[0]!, graph.add('Max', [norm, graph.scalar(1e-12)])])
  },
  batch_normalization_inference: ({ graph, inputs, literals, attributes }) => {
    const [, gamma, beta, mean, variance] = literals
    const scale = Float32Array.from(
      variance!,
      (value, channel) => (gamma?.[channel] ?? 1) / Math.sqrt(value + Number(attributes.epsilon)),
    )
    const centred = graph.add('Sub', [inputs[0]!, graph.floats('mean', [mean!.length], mean!)])
    const scaled = graph.add('Mul', [centred, graph.floats('scale', [scale.length], scale)])
    return beta ? graph.add('Add', [scaled, graph.floats('beta', [beta.length], beta)]) : scaled
  },
}

/** The mapping of an op. Throws `export.unsupported-op`. */
export function operatorFor(op: string, where: string): OperatorMapping {
  const mapping = operators[op]
  if (mapping) return mapping
  throw new LaminaError({
    code: 'export.unsupported-op',
    message: `ONNX export does not know the operation "${op}".`,
    where,
    expected: `one of ${Object.keys(operators).sort().join(', ')}`,
    received: op,
    fix: 'Replace the layer, or export to another format.',
  })
}

/** x w + b. */
function denseSum({ graph, inputs, inputShapes }: OperatorContext): string {
  const [x, w, b] = inputs
  return inputShapes[0]?.length === 2
    ? graph.add('Gemm', b ? [x!, w!, b] : [x!, w!])
    : addBias(graph, graph.add('MatMul', [x!, w!]), b)
}

function addBias(graph: OnnxGraph, product: string, bias: string | null | undefined): string {
  return bias ? graph.add('Add', [product, bias]) : product
}
