import type { Shape } from '../base/shape.ts'
import { elements, expectBatched, expectRank, expectShape, expectShapeIfGiven, given, shapeError } from './check.ts'
import type { AttributeSpec, Attributes, OpDeclaration, OpSample, VjpContext } from './op.ts'

/** Functions that a cell's candidate and gates may pass through, in encoding order. */
export const cellActivations = ['tanh', 'relu', 'sigmoid', 'linear', 'hard_sigmoid', 'elu', 'softsign'] as const

const common: Readonly<Record<string, AttributeSpec>> = {
  returnSequences: { kind: 'boolean', default: false },
  goBackwards: { kind: 'boolean', default: false },
  zeroOutputForMask: { kind: 'boolean', default: false },
  activation: { kind: 'choice', options: cellActivations, default: 'tanh' },
}

/** Attributes of cells that have gates. */
export const gatedAttributes: Readonly<Record<string, AttributeSpec>> = {
  recurrentActivation: { kind: 'choice', options: cellActivations, default: 'sigmoid' },
}

/** What distinguishes one kind of cell: columns of its weights for each unit, and what it leaves for its gradient besides the states. */
interface CellKind {
  name: string
  gates: number
  bias: (units: number, attributes: Attributes) => Shape
  /** Beside those of all cells. */
  attributes?: Readonly<Record<string, AttributeSpec>>
  /** Features for each unit of the outputs after y and states. */
  tape: readonly { name: string; features: number }[]
  /** Operations for each unit and step beside the products. */
  flops: number
  onnx: string
  samples?: readonly Setting[]
}

/** What may be left out of a sequence, and operands after the others: N x T; N x 1 or gates x features of input or state. */
const omitted = ['mask?', 'input_dropout?', 'recurrent_dropout?']

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

/** Refuses a mask that has not one number a step, and dropout factors that have not one row for all gates or one for each. */
function checkOmitted(
  op: string,
  cell: CellKind,
  { x, units }: Sizes,
  operands: readonly (Shape | null | undefined)[],
) {
  const [mask, ...factors] = operands
  expectShapeIfGiven(op, 'mask', mask, [x[0] as number, x[1] as number])
  for (const [index, size] of [x[2] as number, units].entries()) {
    const variants = factors[index]?.[1] === cell.gates ? cell.gates : 1
    const name = omitted[1 + index]?.slice(0, -1) as string
    expectShapeIfGiven(op, name, factors[index], [x[0] as number, variants, size])
  }
}

const sequence = ({ x }: Sizes, features: number): Shape => [x[0] as number, x[1] as number, features]

function outputOf(sizes: Sizes, everyStep: unknown): Shape {
  return everyStep ? sequence(sizes, sizes.units) : [sizes.x[0] as number, sizes.units]
}

const tapeOf = (cell: CellKind, sizes: Sizes): Shape[] =>
  cell.tape.map(({ features }) => sequence(sizes, features * sizes.units))

function vjp(cell: CellKind, { builder, gradients: [g], inputs, outputs, attributes: given, needs }: VjpContext) {
  if (g == null) return inputs.map(() => null)
  const [x, kernel, recurrent, bias, ...left] = inputs as [number, number, number, ...(number | null)[]]
  const states = outputs[given.returnSequences && !given.zeroOutputForMask ? 0 : 1] as number
  const taped = [g, x, kernel, recurrent, states, ...outputs.slice(2), ...left]
  const found = builder.emit(`${cell.name}_gradient`, taped, given)
  return [x, kernel, recurrent, bias, ...left].map((input, index) =>
    index < 4 && input != null && needs[index] ? (found[index] as number) : null,
  )
}

interface Setting {
  name: string
  bias: boolean
  attributes: Record<string, boolean | string>
  x: Shape
  units: number
  mask?: boolean
  /** Rows of dropout factors for the input and the state; 'gates': one for each gate. */
  dropout?: readonly [1 | 'gates' | null, 1 | 'gates' | null]
}

const settings: readonly Setting[] = [
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
  { name: 'elu', bias: true, attributes: { activation: 'elu' }, x: [-1, 3, 2], units: 3 },
  { name: 'masked', bias: true, attributes: { activation: 'softsign' }, x: [-1, 6, 2], units: 3, mask: true },
  {
    name: 'masked, zeros, backwards',
    bias: true,
    attributes: { returnSequences: true, zeroOutputForMask: true, goBackwards: true },
    x: [-1, 5, 3],
    units: 2,
    mask: true,
  },
  { name: 'dropped out', bias: true, attributes: {}, x: [-1, 3, 2], units: 5, dropout: [1, 1] },
]

/** Settings of cells that have gates. */
export const gatedSettings: readonly Setting[] = [
  {
    name: 'hard gates',
    bias: true,
    attributes: { recurrentActivation: 'hard_sigmoid', returnSequences: true },
    x: [-1, 4, 2],
    units: 3,
  },
  {
    name: 'dropped out by gates, masked',
    bias: true,
    attributes: { recurrentActivation: 'tanh', returnSequences: true },
    x: [-1, 4, 3],
    units: 2,
    mask: true,
    dropout: ['gates', 'gates'],
  },
  {
    name: 'states dropped out by gates',
    bias: false,
    attributes: {},
    x: [-1, 3, 2],
    units: 3,
    dropout: [null, 'gates'],
  },
  { name: 'input dropped out', bias: true, attributes: {}, x: [-1, 3, 2], units: 3, dropout: [1, null] },
]

/** With defaults, as far as the shape of the bias depends on them. */
const completed = (cell: CellKind, given: Attributes): Attributes => ({
  ...Object.fromEntries(Object.entries(attributesOf(cell)).map(([name, spec]) => [name, spec.default ?? false])),
  ...given,
})
const settingsOf = (cell: CellKind) => [...settings, ...(cell.samples ?? [])]
const attributesOf = (cell: CellKind) => ({ ...common, ...cell.attributes })

function omittedOf(cell: CellKind, { x, units, mask, dropout }: Setting): (Shape | null)[] {
  const [input, recurrent] = (dropout ?? [null, null]).map((rows) => (rows === 'gates' ? cell.gates : rows))
  const steps = x[1] as number
  return [
    mask ? [-1, steps] : null,
    input ? [-1, input, x[2] as number] : null,
    recurrent ? [-1, recurrent, units] : null,
  ]
}
const drawOmitted = [{ classes: 2 }, { min: 0, max: 2 }, { min: 0, max: 2 }]

/** The op of a cell that runs over whole sequences. */
export function recurrentOp(cell: CellKind): OpDeclaration {
  const op = cell.name
  return {
    name: op,
    inputs: ['x', 'kernel', 'recurrent_kernel', 'bias?', ...omitted],
    outputs: ['y', 'states?', ...cell.tape.map(({ name }) => `${name}?`)],
    attributes: attributesOf(cell),
    shape(inputs, attributes) {
      const sizes = sizesOf(op, cell, inputs)
      expectShapeIfGiven(op, 'bias', inputs[3], cell.bias(sizes.units, attributes))
      checkOmitted(op, cell, sizes, inputs.slice(4))
      return [outputOf(sizes, attributes.returnSequences), sequence(sizes, sizes.units), ...tapeOf(cell, sizes)]
    },
    vjp: (context) => vjp(cell, context),
    flops([x, kernel, recurrent]) {
      const steps = x?.[1] ?? 0
      return steps * (2 * elements(kernel) + 2 * elements(recurrent) + cell.flops * (recurrent?.[0] ?? 0))
    },
    onnx: cell.onnx,
    samples: settingsOf(cell).map((setting) => {
      const { name, bias, attributes, x, units } = setting
      const columns = cell.gates * units
      return {
        name,
        inputs: [
          x,
          [x[2] as number, columns],
          [units, columns],
          bias ? cell.bias(units, completed(cell, attributes)) : null,
          ...omittedOf(cell, setting),
        ],
        attributes,
        draw: [null, null, null, null, ...drawOmitted],
        constant: [4, 5, 6],
      }
    }),
  }
}

/** Its gradient through time (Werbos 1990). */
export function recurrentGradientOp(cell: CellKind): OpDeclaration {
  const op = `${cell.name}_gradient`
  return {
    name: op,
    inputs: ['dy', 'x', 'kernel', 'recurrent_kernel', 'states', ...cell.tape.map(({ name }) => name), ...omitted],
    outputs: ['dx?', 'dkernel?', 'drecurrent_kernel?', 'dbias?'],
    attributes: attributesOf(cell),
    shape(inputs, attributes) {
      const sizes = sizesOf(op, cell, inputs.slice(1, 4))
      expectShape(op, 'dy', inputs[0], outputOf(sizes, attributes.returnSequences))
      expectShape(op, 'states', inputs[4], sequence(sizes, sizes.units))
      for (const [index, shape] of tapeOf(cell, sizes).entries())
        expectShape(op, cell.tape[index]?.name ?? '', inputs[5 + index], shape)
      checkOmitted(op, cell, sizes, inputs.slice(5 + cell.tape.length))
      const weights = [given(op, 'kernel', inputs[2]), given(op, 'recurrent_kernel', inputs[3])]
      return [sizes.x, ...weights, cell.bias(sizes.units, attributes)]
    },
    flops([, x, kernel, recurrent]) {
      const steps = x?.[1] ?? 0
      return steps * (4 * elements(kernel) + 4 * elements(recurrent) + 3 * cell.flops * (recurrent?.[0] ?? 0))
    },
    onnx: null,
    samples: settingsOf(cell).map((setting) => gradientSample(cell, setting)),
  }
}

/** States and gates as they could be: within the range of tanh and sigmoid. */
function gradientSample(cell: CellKind, setting: Setting): OpSample {
  const { name, attributes: given, x, units } = setting
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
      ...omittedOf(cell, setting),
    ],
    attributes: given,
    draw: [null, null, null, null, unit, ...tape.map(() => unit), ...drawOmitted],
  }
}
