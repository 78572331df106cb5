import type { Attributes, ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, featuresOf, operand, tensorOf, zeros } from './tensor.ts'

const functions: Record<string, (x: number) => number> = {
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  linear: (x) => x,
  hard_sigmoid: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  softsign: (x) => x / (1 + Math.abs(x)),
}

/** Derivatives expressed by the output. */
const derivatives: Record<string, (y: number) => number> = {
  tanh: (y) => 1 - y * y,
  relu: (y) => (y > 0 ? 1 : 0),
  sigmoid: (y) => y * (1 - y),
  linear: () => 1,
  hard_sigmoid: (y) => (y > 0 && y < 1 ? 1 / 6 : 0),
  elu: (y) => (y > 0 ? 1 : y + 1),
  softsign: (y) => (1 - Math.abs(y)) ** 2,
}

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
  gate: (x: number) => number
  gateSlope: (y: number) => number
  everyStep: boolean
  zeroOutput: boolean
  /** Of a GRU: the reset gate multiplies the state before its product with the recurrent weights. */
  resetBefore: boolean
  /** Time read at a step. */
  timeOf: (step: number) => number
  /** Whether a step is left out. */
  skips: (sample: number, time: number) => boolean
  /** What an input or a state is multiplied by on its way to a gate. */
  inputFactor: (sample: number, gate: number, index: number) => number
  stateFactor: (sample: number, gate: number, index: number) => number
}

type Operands = readonly (ReferenceTensor | null | undefined)[]

/** Factors [N, 1 or gates, size], all 1 when there are none. */
function factors(tensor: ReferenceTensor | null | undefined) {
  if (!tensor) return () => 1
  const [, rows, size] = tensor.shape as [number, number, number]
  return (sample: number, gate: number, index: number): number =>
    at(tensor, (sample * rows + (rows === 1 ? 0 : gate)) * size + index)
}

/** `weights`: x, kernel, recurrent kernel; `omitted`: mask?, dropout factors? of input and state. */
function runOf(weights: Operands, omitted: Operands, attributes: Attributes): Run {
  const [x, kernel, recurrent] = [operand(weights[0]), operand(weights[1]), operand(weights[2])]
  const [mask, inputDropout, recurrentDropout] = omitted
  const [n, steps, inputs] = x.shape as [number, number, number]
  const units = recurrent.shape[0] as number
  const [activation, recurrentActivation] = [
    attributes.activation as string,
    (attributes.recurrentActivation ?? 'sigmoid') as string,
  ]
  return {
    n,
    steps,
    inputs,
    units,
    gates: featuresOf(recurrent) / units,
    x,
    kernel,
    recurrent,
    act: functions[activation] as (x: number) => number,
    slope: derivatives[activation] as (y: number) => number,
    gate: functions[recurrentActivation] as (x: number) => number,
    gateSlope: derivatives[recurrentActivation] as (y: number) => number,
    everyStep: attributes.returnSequences as boolean,
    zeroOutput: attributes.zeroOutputForMask as boolean,
    resetBefore: attributes.resetAfter === false,
    timeOf: (step) => (attributes.goBackwards ? steps - 1 - step : step),
    skips: (sample, time) => (mask ? at(mask, sample * steps + time) === 0 : false),
    inputFactor: factors(inputDropout),
    stateFactor: factors(recurrentDropout),
  }
}

/** Column `column` of x W at one step, and of h R. */
function inputSum(run: Run, sample: number, time: number, column: number): number {
  const gate = Math.floor(column / run.units)
  let sum = 0
  for (let i = 0; i < run.inputs; i += 1) {
    const x = at(run.x, (sample * run.steps + time) * run.inputs + i) * run.inputFactor(sample, gate, i)
    sum += x * at(run.kernel, i * run.gates * run.units + column)
  }
  return sum
}

function stateSum(run: Run, sample: number, state: (unit: number) => number, column: number): number {
  const gate = Math.floor(column / run.units)
  let sum = 0
  for (let i = 0; i < run.units; i += 1)
    sum += state(i) * run.stateFactor(sample, gate, i) * at(run.recurrent, i * run.gates * run.units + column)
  return sum
}

/** One step of one sequence: new state and cell of each unit and what the tape keeps of its gates. */
type CellStep = (
  run: Run,
  inputSum: (column: number) => number,
  /** Of the states before, each times a factor. */
  stateSum: (column: number, factor?: (unit: number) => number) => number,
  bias: (index: number) => number,
  unit: number,
  before: { state: number; cell: number },
) => { state: number; cell: number; gates: readonly number[] }

function forwardPass(step: CellStep, hasCells: boolean, tapeWidth: number): ReferenceImplementation {
  return (operands, attributes) => {
    const run = runOf(operands.slice(0, 3), operands.slice(4), attributes)
    const { n, steps, units } = run
    const biasTensor = operands[3]
    const bias = (index: number): number => (biasTensor ? at(biasTensor, index) : 0)
    const states = zeros([n, steps, units])
    const sequences = zeros([n, steps, units])
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
            (column, factor) => stateSum(run, sample, (i) => (from[i] as number) * (factor?.(i) ?? 1), column),
            bias,
            unit,
            before,
          )
          const record = sample * steps + time
          const skipped = run.skips(sample, time)
          const after = skipped ? before : result
          nextState[unit] = after.state
          nextCell[unit] = after.cell
          states.data[record * units + unit] = after.state
          sequences.data[record * units + unit] = skipped && run.zeroOutput ? 0 : after.state
          cells.data[record * units + unit] = after.cell
          for (const [gate, value] of result.gates.entries())
            tape.data[(record * tapeWidth + gate) * units + unit] = value
        }
        state = nextState
        cell = nextCell
      }
      const end = (sample * steps + run.timeOf(steps - 1)) * units
      last.data.set(sequences.data.slice(end, end + units), sample * units)
    }
    const outputs = [run.everyStep ? sequences : last, states]
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
) => { input: number[]; recurrent: number[]; dstate: number; dcell: number }

function backwardPass(gradient: CellGradient, hasCells: boolean, tapeWidth: number): ReferenceImplementation {
  return (operands, attributes) => {
    const tapes = (hasCells ? 1 : 0) + (tapeWidth > 0 ? 1 : 0)
    const run = runOf(operands.slice(1, 4), operands.slice(5 + tapes), attributes)
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
        const time = run.timeOf(index)
        const record = sample * steps + time
        const previous = index > 0 ? sample * steps + run.timeOf(index - 1) : -1
        const skipped = run.skips(sample, time)
        const fromOutput = (unit: number): number => {
          if (skipped && run.zeroOutput) return 0
          if (run.everyStep) return at(dy, record * units + unit)
          return index === steps - 1 ? at(dy, sample * units + unit) : 0
        }
        const arriving = dstate.map((g, unit) => g + fromOutput(unit))
        if (skipped) {
          dstate = arriving
          continue
        }
        const before = (tensor: ReferenceTensor, unit: number): number =>
          previous < 0 ? 0 : at(tensor, previous * units + unit)
        const gateOf = (gate: number, unit: number): number => at(tape, (record * tapeWidth + gate) * units + unit)
        const results = Array.from(arriving, (g, unit) =>
          gradient(run, g, dcell[unit] as number, {
            state: at(states, record * units + unit),
            cell: at(cells, record * units + unit),
            stateBefore: before(states, unit),
            cellBefore: before(cells, unit),
            gates: Array.from({ length: tapeWidth }, (_, gate) => gateOf(gate, unit)),
          }),
        )
        const nextState = Float64Array.from(results, (result) => result.dstate)
        /** What the recurrent weights of a gate are multiplied by. */
        const stateFor = (gate: number, i: number): number =>
          before(states, i) * run.stateFactor(sample, gate, i) * (run.resetBefore && gate === 2 ? gateOf(1, i) : 1)
        const through = (gate: number, i: number): number =>
          results.reduce((sum, { recurrent }, unit) => {
            const weight = at(run.recurrent, i * columns + gate * units + unit)
            return sum + weight * (recurrent[gate] as number) * run.stateFactor(sample, gate, i)
          }, 0)
        if (run.resetBefore)
          for (const [i, result] of results.entries()) {
            const reset = gateOf(1, i)
            const g = through(2, i)
            const sum = g * before(states, i) * run.gateSlope(reset)
            result.input[1] = sum
            result.recurrent[1] = sum
            nextState[i] = (nextState[i] as number) + g * reset
          }
        for (let gate = 0; gate < gates; gate += 1) {
          for (const [unit, result] of results.entries()) {
            const column = gate * units + unit
            const [forInput, forState] = [result.input[gate] as number, result.recurrent[gate] as number]
            add(inputBias, column, forInput)
            add(recurrentBias, column, forState)
            for (let i = 0; i < inputs; i += 1) {
              const factor = run.inputFactor(sample, gate, i)
              add(dkernel, i * columns + column, at(run.x, record * inputs + i) * factor * forInput)
              add(dx, record * inputs + i, at(run.kernel, i * columns + column) * factor * forInput)
            }
            for (let i = 0; i < units; i += 1) add(drecurrent, i * columns + column, stateFor(gate, i) * forState)
          }
          if (run.resetBefore && gate === 2) continue
          for (let i = 0; i < units; i += 1) nextState[i] = (nextState[i] as number) + through(gate, i)
        }
        dstate = nextState
        dcell = Float64Array.from(results, (result) => result.dcell)
      }
    }
    const dbias =
      gates === 3 && !run.resetBefore
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
    const [i, f, c, o] = [run.gate(sum(0)), run.gate(sum(1)), run.act(sum(2)), run.gate(sum(3))]
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
      through * c * run.gateSlope(i),
      through * cellBefore * run.gateSlope(f),
      through * i * run.slope(c),
      dstate * out * run.gateSlope(o),
    ]
    return { input: sums, recurrent: [...sums], dstate: 0, dcell: through * f }
  },
  true,
  4,
)

export const gru = forwardPass(
  (run, input, state, bias, unit, before) => {
    const { units, resetBefore } = run
    const recurrentBias = (gate: number, of: number): number => (resetBefore ? 0 : bias((3 + gate) * units + of))
    const ofInput = (gate: number, of: number): number => input(gate * units + of) + bias(gate * units + of)
    const ofState = (gate: number, of: number): number => state(gate * units + of) + recurrentBias(gate, of)
    const resetOf = (of: number): number => run.gate(ofInput(1, of) + ofState(1, of))
    const [z, r] = [run.gate(ofInput(0, unit) + ofState(0, unit)), resetOf(unit)]
    const recurrent = resetBefore ? state(2 * units + unit, resetOf) : ofState(2, unit)
    const candidate = run.act(ofInput(2, unit) + (resetBefore ? 1 : r) * recurrent)
    return { state: z * before.state + (1 - z) * candidate, cell: 0, gates: [z, r, candidate, recurrent] }
  },
  false,
  4,
)

export const gruGradient = backwardPass(
  (run, dstate, _, { stateBefore, gates }) => {
    const [z, r, candidate, recurrent] = gates as [number, number, number, number]
    const dcandidate = dstate * (1 - z) * run.slope(candidate)
    const dz = dstate * (stateBefore - candidate) * run.gateSlope(z)
    const dr = dcandidate * recurrent * run.gateSlope(r)
    return {
      input: [dz, dr, dcandidate],
      recurrent: [dz, dr, run.resetBefore ? dcandidate : dcandidate * r],
      dstate: dstate * z,
      dcell: 0,
    }
  },
  false,
  4,
)
