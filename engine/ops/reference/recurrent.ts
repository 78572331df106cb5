import type { Attributes, ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, featuresOf, operand, tensorOf, zeros } from './tensor.ts'

const functions: Record<string, (x: number) => number> = {
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  linear: (x) => x,
}

/** Derivatives expressed by the output. */
const derivatives: Record<string, (y: number) => number> = {
  tanh: (y) => 1 - y * y,
  relu: (y) => (y > 0 ? 1 : 0),
  sigmoid: (y) => y * (1 - y),
  linear: () => 1,
}

const sigmoid = functions.sigmoid as (x: number) => number
const sigmoidSlope = derivatives.sigmoid as (y: number) => number

interface Run {
  n: number
  steps: number
  inputs: number
  units: number
  gates: number
  x: ReferenceTensor
  kernel: ReferenceTensor
  recurrent: ReferenceTensor
  act: (x: number) => number
  slope: (y: number) => number
  everyStep: boolean
  /** Time read at a step. */
  timeOf: (step: number) => number
}

function runOf(operands: readonly (ReferenceTensor | null | undefined)[], attributes: Attributes): Run {
  const [x, kernel, recurrent] = [operand(operands[0]), operand(operands[1]), operand(operands[2])]
  const [n, steps, inputs] = x.shape as [number, number, number]
  const units = recurrent.shape[0] as number
  return {
    n,
    steps,
    inputs,
    units,
    gates: featuresOf(recurrent) / units,
    x,
    kernel,
    recurrent,
    act: functions[attributes.activation as string] as (x: number) => number,
    slope: derivatives[attributes.activation as string] as (y: number) => number,
    everyStep: attributes.returnSequences as boolean,
    timeOf: (step) => (attributes.goBackwards ? steps - 1 - step : step),
  }
}

/** Column `column` of x W at one step, and of h R. */
function inputSum(run: Run, sample: number, time: number, column: number): number {
  let sum = 0
  for (let i = 0; i < run.inputs; i += 1)
    sum += at(run.x, (sample * run.steps + time) * run.inputs + i) * at(run.kernel, i * run.gates * run.units + column)
  return sum
}

function stateSum(run: Run, state: ArrayLike<number>, column: number): number {
  let sum = 0
  for (let i = 0; i < run.units; i += 1)
    sum += (state[i] as number) * at(run.recurrent, i * run.gates * run.units + column)
  return sum
}

/** One step of one sequence: new state and cell of each unit and what the tape keeps of its gates. */
type CellStep = (
  run: Run,
  inputSum: (column: number) => number,
  stateSum: (column: number) => number,
  bias: (index: number) => number,
  unit: number,
  before: { state: number; cell: number },
) => { state: number; cell: number; gates: readonly number[] }

function forwardPass(step: CellStep, hasCells: boolean, tapeWidth: number): ReferenceImplementation {
  return (operands, attributes) => {
    const run = runOf(operands, attributes)
    const { n, steps, units } = run
    const biasTensor = operands[3]
    const bias = (index: number): number => (biasTensor ? at(biasTensor, index) : 0)
    const states = zeros([n, steps, units])
    const cells = zeros([n, steps, units])
    const tape = zeros([n, steps, tapeWidth * units])
    const last = zeros([n, units])
    for (let sample = 0; sample < n; sample += 1) {
      let state = new Float64Array(units)
      let cell = new Float64Array(units)
      for (let index = 0; index < steps; index += 1) {
        const time = run.timeOf(index)
        const [from, nextState, nextCell] = [state, new Float64Array(units), new Float64Array(units)]
        for (let unit = 0; unit < units; unit += 1) {
          const before = { state: state[unit] as number, cell: cell[unit] as number }
          const result = step(
            run,
            (column) => inputSum(run, sample, time, column),
            (column) => stateSum(run, from, column),
            bias,
            unit,
            before,
          )
          const record = sample * steps + time
          nextState[unit] = result.state
          nextCell[unit] = result.cell
          states.data[record * units + unit] = result.state
          cells.data[record * units + unit] = result.cell
          for (const [gate, value] of result.gates.entries())
            tape.data[(record * tapeWidth + gate) * units + unit] = value
        }
        state = nextState
        cell = nextCell
      }
      last.data.set(state, sample * units)
    }
    const outputs = [run.everyStep ? { shape: states.shape, data: states.data.slice() } : last, states]
    if (hasCells) outputs.push(cells)
    if (tapeWidth > 0) outputs.push(tape)
    return outputs
  }
}

/** From the gradients of one unit's state and cell: those of its sums (of x W + b and of h R + b) and what reaches the step before directly. */
type CellGradient = (
  run: Run,
  dstate: number,
  dcell: number,
  values: { state: number; cell: number; stateBefore: number; cellBefore: number; gates: readonly number[] },
) => { input: readonly number[]; recurrent: readonly number[]; dstate: number; dcell: number }

function backwardPass(gradient: CellGradient, hasCells: boolean, tapeWidth: number): ReferenceImplementation {
  return (operands, attributes) => {
    const run = runOf(operands.slice(1, 4), attributes)
    const { n, steps, units, inputs, gates } = run
    const [dy, states] = [operand(operands[0]), operand(operands[4])]
    const cells = hasCells ? operand(operands[5]) : states
    const tape = tapeWidth > 0 ? operand(operands[hasCells ? 6 : 5]) : states
    const columns = gates * units
    const dx = zeros([n, steps, inputs])
    const dkernel = zeros([inputs, columns])
    const drecurrent = zeros([units, columns])
    const [inputBias, recurrentBias] = [zeros([columns]), zeros([columns])]
    const add = (to: ReferenceTensor, index: number, value: number): void => {
      to.data[index] = at(to, index) + value
    }
    for (let sample = 0; sample < n; sample += 1) {
      let dstate = new Float64Array(units)
      let dcell = new Float64Array(units)
      for (let index = steps - 1; index >= 0; index -= 1) {
        const record = sample * steps + run.timeOf(index)
        const previous = index > 0 ? sample * steps + run.timeOf(index - 1) : -1
        const [nextState, nextCell] = [new Float64Array(units), new Float64Array(units)]
        for (let unit = 0; unit < units; unit += 1) {
          const g = run.everyStep
            ? at(dy, record * units + unit)
            : index === steps - 1
              ? at(dy, sample * units + unit)
              : 0
          const before = (tensor: ReferenceTensor): number => (previous < 0 ? 0 : at(tensor, previous * units + unit))
          const result = gradient(run, (dstate[unit] as number) + g, dcell[unit] as number, {
            state: at(states, record * units + unit),
            cell: at(cells, record * units + unit),
            stateBefore: before(states),
            cellBefore: before(cells),
            gates: Array.from({ length: tapeWidth }, (_, gate) => at(tape, (record * tapeWidth + gate) * units + unit)),
          })
          nextState[unit] = (nextState[unit] as number) + result.dstate
          nextCell[unit] = result.dcell
          for (let gate = 0; gate < gates; gate += 1) {
            const column = gate * units + unit
            const [forInput, forState] = [result.input[gate] as number, result.recurrent[gate] as number]
            add(inputBias, column, forInput)
            add(recurrentBias, column, forState)
            for (let i = 0; i < inputs; i += 1) {
              add(dkernel, i * columns + column, at(run.x, record * inputs + i) * forInput)
              add(dx, record * inputs + i, at(run.kernel, i * columns + column) * forInput)
            }
            for (let i = 0; i < units; i += 1) {
              if (previous >= 0) add(drecurrent, i * columns + column, at(states, previous * units + i) * forState)
              nextState[i] = (nextState[i] as number) + at(run.recurrent, i * columns + column) * forState
            }
          }
        }
        dstate = nextState
        dcell = nextCell
      }
    }
    const dbias =
      gates === 3
        ? tensorOf([2, columns], (i) => (i < columns ? at(inputBias, i) : at(recurrentBias, i - columns)))
        : inputBias
    return [dx, dkernel, drecurrent, dbias]
  }
}

export const simpleRnn = forwardPass(
  (run, input, state, bias, unit) => ({
    state: run.act(input(unit) + state(unit) + bias(unit)),
    cell: 0,
    gates: [],
  }),
  false,
  0,
)

export const simpleRnnGradient = backwardPass(
  (run, dstate, _, { state }) => {
    const g = dstate * run.slope(state)
    return { input: [g], recurrent: [g], dstate: 0, dcell: 0 }
  },
  false,
  0,
)

export const lstm = forwardPass(
  (run, input, state, bias, unit, before) => {
    const sum = (gate: number): number => {
      const column = gate * run.units + unit
      return input(column) + state(column) + bias(column)
    }
    const [i, f, c, o] = [sigmoid(sum(0)), sigmoid(sum(1)), run.act(sum(2)), sigmoid(sum(3))]
    const cell = f * before.cell + i * c
    return { state: o * run.act(cell), cell, gates: [i, f, c, o] }
  },
  true,
  4,
)

export const lstmGradient = backwardPass(
  (run, dstate, dcell, { cell, cellBefore, gates }) => {
    const [i, f, c, o] = gates as [number, number, number, number]
    const out = run.act(cell)
    const through = dcell + dstate * o * run.slope(out)
    const sums = [
      through * c * sigmoidSlope(i),
      through * cellBefore * sigmoidSlope(f),
      through * i * run.slope(c),
      dstate * out * sigmoidSlope(o),
    ]
    return { input: sums, recurrent: sums, dstate: 0, dcell: through * f }
  },
  true,
  4,
)

export const gru = forwardPass(
  (run, input, state, bias, unit, before) => {
    const { units } = run
    const recurrentBias = (gate: number): number => bias((3 + gate) * units + unit)
    const ofInput = (gate: number): number => input(gate * units + unit) + bias(gate * units + unit)
    const ofState = (gate: number): number => state(gate * units + unit) + recurrentBias(gate)
    const [z, r] = [sigmoid(ofInput(0) + ofState(0)), sigmoid(ofInput(1) + ofState(1))]
    const recurrent = ofState(2)
    const candidate = run.act(ofInput(2) + r * recurrent)
    return { state: z * before.state + (1 - z) * candidate, cell: 0, gates: [z, r, candidate, recurrent] }
  },
  false,
  4,
)

export const gruGradient = backwardPass(
  (run, dstate, _, { stateBefore, gates }) => {
    const [z, r, candidate, recurrent] = gates as [number, number, number, number]
    const dcandidate = dstate * (1 - z) * run.slope(candidate)
    const dz = dstate * (stateBefore - candidate) * sigmoidSlope(z)
    const dr = dcandidate * recurrent * sigmoidSlope(r)
    return { input: [dz, dr, dcandidate], recurrent: [dz, dr, dcandidate * r], dstate: dstate * z, dcell: 0 }
  },
  false,
  4,
)
