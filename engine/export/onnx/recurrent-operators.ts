import { invariant } from '../../base/errors.ts'
import type { Attributes } from '../../ops/op.ts'
import type { OperatorContext, OperatorMapping } from './operators.ts'
import { packSequences } from './recurrent-mask.ts'

interface CellMapping {
  opType: string
  gates: number
  /** Position in Keras' order of each gate in ONNX' order. */
  order: readonly number[]
  functions: (activation: string, recurrent: string) => string[]
  extra?: (attributes: Attributes) => Readonly<Record<string, number>>
}

interface OnnxFunction {
  name: string
  alpha?: number
  beta?: number
}

const functions: Readonly<Record<string, OnnxFunction>> = {
  tanh: { name: 'Tanh' },
  relu: { name: 'Relu' },
  sigmoid: { name: 'Sigmoid' },
  linear: { name: 'Affine', alpha: 1, beta: 0 },
  hard_sigmoid: { name: 'HardSigmoid', alpha: 1 / 6, beta: 0.5 },
  elu: { name: 'Elu', alpha: 1 },
  softsign: { name: 'Softsign' },
}

/** `activations` and the factors of those that have some, in their order. */
function activationsOf(names: readonly string[]) {
  const chosen = names.map((name) => functions[name] as OnnxFunction)
  const list = (numbers: (number | undefined)[]) => ({ floats: numbers.filter((number) => number !== undefined) })
  const [alphas, betas] = [list(chosen.map(({ alpha }) => alpha)), list(chosen.map(({ beta }) => beta))]
  return {
    activations: chosen.map(({ name }) => name),
    ...(alphas.floats.length > 0 ? { activation_alpha: alphas } : {}),
    ...(betas.floats.length > 0 ? { activation_beta: betas } : {}),
  }
}

/** [I, G U] as ONNX wants it: [1, G U, I], gates in its order. */
function turned(weights: Float32Array, rows: number, units: number, order: readonly number[]): Float32Array {
  const columns = order.length * units
  const result = new Float32Array(rows * columns)
  for (const [gate, source] of order.entries())
    for (let unit = 0; unit < units; unit += 1)
      for (let row = 0; row < rows; row += 1)
        result[(gate * units + unit) * rows + row] = weights[row * columns + source * units + unit] as number
  return result
}

/** Input and recurrent bias, [1, 2 G U]; Keras keeps the second only for a GRU. */
function biasOf(bias: Float32Array, units: number, order: readonly number[]): Float32Array {
  const columns = order.length * units
  const result = new Float32Array(2 * columns)
  for (let part = 0; part < bias.length / columns; part += 1)
    for (const [gate, source] of order.entries())
      result.set(
        bias.subarray(part * columns + source * units, part * columns + (source + 1) * units),
        part * columns + gate * units,
      )
  return result
}

function recurrent(cell: CellMapping, { graph, inputs, inputShapes, literals, attributes }: OperatorContext): string {
  const [, kernel, recurrentKernel, bias] = literals
  invariant(kernel && recurrentKernel, 'the weights of a recurrent layer are not known')
  const [, steps, features] = inputShapes[0] as readonly [number, number, number]
  const units = inputShapes[2]?.[0] as number
  const { order } = cell
  const columns = cell.gates * units
  const backwards = Boolean(attributes.goBackwards)
  const returnSequences = Boolean(attributes.returnSequences)
  const mask = inputs[4]
  const packed =
    mask == null
      ? null
      : packSequences({
          graph,
          x: inputs[0]!,
          mask,
          steps,
          features,
          units,
          backwards,
          returnSequences,
          zeroOutputForMask: Boolean(attributes.zeroOutputForMask),
        })
  const operands = [
    graph.add('Transpose', [packed?.padded ?? inputs[0]!], { perm: [1, 0, 2] }),
    graph.floats('kernel', [1, columns, features], turned(kernel, features, units, order)),
    graph.floats('recurrent_kernel', [1, columns, units], turned(recurrentKernel, units, units, order)),
  ]
  if (bias) operands.push(graph.floats('bias', [1, 2 * columns], biasOf(bias, units, order)))
  if (packed) operands.push(...(bias ? [] : ['']), packed.lengths)
  const sequence = graph.add(cell.opType, operands, {
    hidden_size: units,
    direction: backwards ? 'reverse' : 'forward',
    ...activationsOf(cell.functions(attributes.activation as string, attributes.recurrentActivation as string)),
    ...cell.extra?.(attributes),
  })
  const bySample = (): string =>
    graph.add('Transpose', [graph.add('Squeeze', [sequence, graph.integers('axes', [1])])], { perm: [1, 0, 2] })
  if (packed) return packed.unpack(bySample())
  if (returnSequences) return bySample()
  const last = graph.add('Gather', [sequence, graph.integers('step', [backwards ? 0 : steps - 1])], { axis: 0 })
  return graph.add('Squeeze', [last, graph.integers('axes', [0, 1])])
}

const mapping =
  (cell: CellMapping): OperatorMapping =>
  (context) =>
    recurrent(cell, context)

/** Recurrent ops. ONNX keeps returned sequences in the order of the input, as the ops do. */
export const recurrentOperators: Readonly<Record<string, OperatorMapping>> = {
  simple_rnn: mapping({ opType: 'RNN', gates: 1, order: [0], functions: (activation) => [activation] }),
  lstm: mapping({
    opType: 'LSTM',
    gates: 4,
    order: [0, 3, 1, 2],
    functions: (activation, recurrent) => [recurrent, activation, activation],
  }),
  gru: mapping({
    opType: 'GRU',
    gates: 3,
    order: [0, 1, 2],
    functions: (activation, recurrent) => [recurrent, activation],
    extra: ({ resetAfter }) => ({ linear_before_reset: resetAfter ? 1 : 0 }),
  }),
  reverse: ({ graph, inputs, attributes }) =>
    graph.add('Slice', [
      inputs[0]!,
      graph.integers('starts', [-1]),
      graph.integers('ends', [-(2 ** 31)]),
      graph.integers('axes', [Number(attributes.axis)]),
      graph.integers('steps', [-1]),
    ]),
}
