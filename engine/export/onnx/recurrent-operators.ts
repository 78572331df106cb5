import { invariant } from '../../base/errors.ts'
import type { OperatorContext, OperatorMapping } from './operators.ts'

interface CellMapping {
  opType: string
  gates: number
  /** Position in Keras' order of each gate in ONNX' order. */
  order: readonly number[]
  functions: (activation: string) => string[]
  extra?: Readonly<Record<string, number>>
}

const names: Readonly<Record<string, string>> = { tanh: 'Tanh', relu: 'Relu', sigmoid: 'Sigmoid', linear: 'Affine' }

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
  const operands = [
    graph.add('Transpose', [inputs[0]!], { perm: [1, 0, 2] }),
    graph.floats('kernel', [1, columns, features], turned(kernel, features, units, order)),
    graph.floats('recurrent_kernel', [1, columns, units], turned(recurrentKernel, units, units, order)),
  ]
  if (bias) operands.push(graph.floats('bias', [1, 2 * columns], biasOf(bias, units, order)))
  const functions = cell.functions(names[attributes.activation as string] as string)
  const affine = functions.includes('Affine')
  const backwards = Boolean(attributes.goBackwards)
  const sequence = graph.add(cell.opType, operands, {
    hidden_size: units,
    direction: backwards ? 'reverse' : 'forward',
    activations: functions,
    ...(affine ? { activation_alpha: { floats: functions.map(() => 1) } } : {}),
    ...(affine ? { activation_beta: { floats: functions.map(() => 0) } } : {}),
    ...cell.extra,
  })
  if (attributes.returnSequences)
    return graph.add('Transpose', [graph.add('Squeeze', [sequence, graph.integers('axes', [1])])], { perm: [1, 0, 2] })
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
    functions: (activation) => ['Sigmoid', activation, activation],
  }),
  gru: mapping({
    opType: 'GRU',
    gates: 3,
    order: [0, 1, 2],
    functions: (activation) => ['Sigmoid', activation],
    extra: { linear_before_reset: 1 },
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
