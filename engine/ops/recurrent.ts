import type { Shape } from '../base/shape.ts'
import { elements, expectBatched, expectRank, expectShape, expectShapeIfGiven, given, shapeError } from './check.ts'
import type { AttributeSpec, OpDeclaration, OpSample, VjpContext } from './op.ts'

/** Functions that a cell's candidate may pass through, in encoding order. */
export const cellActivations = ['tanh', 'relu', 'sigmoid', 'linear'] as const

const attributes: Readonly<Record<string, AttributeSpec>> = {
  returnSequences: { kind: 'boolean', default: false },
  goBackwards: { kind: 'boolean', default: false },
  activation: { kind: 'choice', options: cellActivations, default: 'tanh' },
}

/** What distinguishes one kind of cell: columns of its weights for each unit, and what it leaves for its gradient besides the states. */
interface CellKind {
  name: string
  gates: number
  bias: (units: number) => Shape
  /** Features for each unit of the outputs after y and states. */
  tape: readonly { name: string; features: number }[]
  /** Operations for each unit and step beside the products. */
  flops: number
  onnx: string
}

interface Sizes {
  x: Shape
  units: number
}

function sizesOf(op: string, cell: CellKind, operands: readonly (Shape | null | undefined)[]): Sizes {
  const [xShape, kernel, recurrent] = operands
  const x = expectBatched(op, 'x', xShape)
  if (x.length !== 3) shapeError(op, 'x', 'sequences N x steps x features', `${x.length} dimensions`)
  const units = expectRank(op, 'recurrent_kernel', recurrent, 2)[0] as number
  const columns = cell.gates * units
  expectShape(op, 'recurrent_kernel', recurrent, [units, columns])
  expectShape(op, 'kernel', kernel, [x[2] as number, columns])
  return { x, units }
}

const sequence = ({ x }: Sizes, features: number): Shape => [x[0] as number, x[1] as number, features]

function outputOf(sizes: Sizes, everyStep: unknown): Shape {
  return everyStep ? sequence(sizes, sizes.units) : [sizes.x[0] as number, sizes.units]
}

const tapeOf = (cell: CellKind, sizes: Sizes): Shape[] =>
  cell.tape.map(({ features }) => sequence(sizes, features * sizes.units))

function vjp(cell: CellKind, { builder, gradients: [g], inputs, outputs, attributes: given, needs }: VjpContext) {
  if (g == null) return [null, null, null, null]
  const [x, kernel, recurrent, bias] = inputs as [number, number, number, number | null]
  const states = (given.returnSequences ? outputs[0] : outputs[1]) as number
  const taped = [g, x, kernel, recurrent, states, ...outputs.slice(2)]
  const found = builder.emit(`${cell.name}_gradient`, taped, given)
  return [x, kernel, recurrent, bias].map((input, index) =>
    input !== null && needs[index] ? (found[index] as number) : null,
  )
}

const settings: readonly {
  name: string
  bias: boolean
  attributes: Record<string, boolean | string>
  x: Shape
  units: number
}[] = [
  { name: 'last state', bias: true, attributes: {}, x: [-1, 4, 3], units: 2 },
  { name: 'every state', bias: true, attributes: { returnSequences: true }, x: [-1, 3, 2], units: 5 },
  { name: 'backwards', bias: true, attributes: { goBackwards: true, activation: 'sigmoid' }, x: [-1, 3, 2], units: 3 },
  {
    name: 'backwards, every state, no bias',
    bias: false,
    attributes: { goBackwards: true, returnSequences: true, activation: 'linear' },
    x: [-1, 5, 1],
    units: 3,
  },
  { name: 'one step, relu', bias: true, attributes: { activation: 'relu' }, x: [-1, 1, 3], units: 4 },
  { name: 'wide', bias: true, attributes: {}, x: [-1, 2, 7], units: 19 },
]

/** The op of a cell that runs over whole sequences. */
export function recurrentOp(cell: CellKind): OpDeclaration {
  const op = cell.name
  return {
    name: op,
    inputs: ['x', 'kernel', 'recurrent_kernel', 'bias?'],
    outputs: ['y', 'states?', ...cell.tape.map(({ name }) => `${name}?`)],
    attributes,
    shape(inputs, { returnSequences }) {
      const sizes = sizesOf(op, cell, inputs)
      expectShapeIfGiven(op, 'bias', inputs[3], cell.bias(sizes.units))
      return [outputOf(sizes, returnSequences), sequence(sizes, sizes.units), ...tapeOf(cell, sizes)]
    },
    vjp: (context) => vjp(cell, context),
    flops([x, kernel, recurrent]) {
      const steps = x?.[1] ?? 0
      return steps * (2 * elements(kernel) + 2 * elements(recurrent) + cell.flops * (recurrent?.[0] ?? 0))
    },
    onnx: cell.onnx,
    samples: settings.map(({ name, bias, attributes: given, x, units }) => ({
      name,
      inputs: [x, [x[2] as number, cell.gates * units], [units, cell.gates * units], bias ? cell.bias(units) : null],
      attributes: given,
    })),
  }
}

/** Its gradient through time (Werbos 1990). */
export function recurrentGradientOp(cell: CellKind): OpDeclaration {
  const op = `${cell.name}_gradient`
  return {
    name: op,
    inputs: ['dy', 'x', 'kernel', 'recurrent_kernel', 'states', ...cell.tape.map(({ name }) => name)],
    outputs: ['dx?', 'dkernel?', 'drecurrent_kernel?', 'dbias?'],
    attributes,
    shape(inputs, { returnSequences }) {
      const sizes = sizesOf(op, cell, inputs.slice(1, 4))
      expectShape(op, 'dy', inputs[0], outputOf(sizes, returnSequences))
      expectShape(op, 'states', inputs[4], sequence(sizes, sizes.units))
      for (const [index, shape] of tapeOf(cell, sizes).entries())
        expectShape(op, cell.tape[index]?.name ?? '', inputs[5 + index], shape)
      return [sizes.x, given(op, 'kernel', inputs[2]), given(op, 'recurrent_kernel', inputs[3]), cell.bias(sizes.units)]
    },
    flops([, x, kernel, recurrent]) {
      const steps = x?.[1] ?? 0
      return steps * (4 * elements(kernel) + 4 * elements(recurrent) + 3 * cell.flops * (recurrent?.[0] ?? 0))
    },
    onnx: null,
    samples: settings.map((setting) => gradientSample(cell, setting)),
  }
}

/** States and gates as they could be: within the range of tanh and sigmoid. */
function gradientSample(cell: CellKind, { name, attributes: given, x, units }: (typeof settings)[number]): OpSample {
  const sizes = { x, units }
  const columns = cell.gates * units
  const tape = tapeOf(cell, sizes)
  const unit = { min: 0.05, max: 0.95 }
  return {
    name,
    inputs: [
      outputOf(sizes, given.returnSequences),
      x,
      [x[2] as number, columns],
      [units, columns],
      sequence(sizes, units),
      ...tape,
    ],
    attributes: given,
    draw: [null, null, null, null, unit, ...tape.map(() => unit)],
  }
}
