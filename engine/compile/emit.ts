import { invariant, LaminaError } from '../base/errors.ts'
import { formatShape, type Shape } from '../base/shape.ts'
import { MAX_RANK, type Program, Space, VALUE_STRIDE } from '../native/program.ts'
import { decodeAttributes, encodeAttributes } from '../ops/attributes.ts'
import { findOp, isOptionalOutput } from '../ops/registry.ts'
import type { IrGraph, IrValue, ValueId } from './ir.ts'
import { ALIGNMENT, planMemory } from './plan-memory.ts'
import { countUses } from './rewrite.ts'

export interface EmitOptions {
  batchCapacity: number
  /** Offset of every parameter, state and slot in persistent memory, in floats. */
  persistent: ReadonlyMap<ValueId, number>
  accumulators: number
}

/** Ints before the operands of an instruction. */
const HEADER = 5
const MOST_FLOATS = 2 ** 31 - ALIGNMENT

/** Refuses sizes that a program's 32-bit offsets cannot address. */
function checkAddressable(graph: IrGraph, floats: number, batchCapacity: number): void {
  if (floats <= MOST_FLOATS) return
  throw new LaminaError({
    code: 'compile.memory',
    message: `One ${graph.name} batch needs more memory than a session can address.`,
    where: graph.name,
    expected: `at most ${MOST_FLOATS * 4} bytes`,
    received: `${floats * 4} bytes for ${batchCapacity} samples`,
    fix: 'Use a smaller batch size or smaller layers.',
    data: { bytes: floats * 4 },
  })
}

/**
 * Writes a scheduled graph as a program: plans its memory and encodes values, instructions, attributes and constants.
 *
 * Throws `compile.memory` and `compile.rank`.
 */
export function emitProgram(graph: IrGraph, options: EmitOptions): Program {
  const { batchCapacity, persistent, accumulators } = options
  const plan = planMemory(graph, batchCapacity)
  checkAddressable(graph, plan.arenaFloats, batchCapacity)
  const uses = countUses(graph)
  const kernels = new Map<string, number>()
  const records: number[] = []
  const numbers = new Map<ValueId, number>()
  const constants: number[] = []
  const code: number[] = []
  const updates: number[] = []
  const rates: number[] = []
  let instructions = 0
  const attributes: number[] = []
  // In-place outputs lie where their input lies, in persistent memory too.
  const homes = new Map<ValueId, { space: number; offset: number }>()

  const homeOf = (value: IrValue): { space: number; offset: number } => {
    const known = homes.get(value.id)
    if (known) return known
    if (value.role === 'constant') {
      const offset = constants.length
      for (const number of value.literal ?? []) constants.push(number)
      while (constants.length % ALIGNMENT !== 0) constants.push(0)
      return { space: Space.constant, offset }
    }
    if (value.role === 'temporary' || value.role === 'feed') {
      const offset = plan.offsets.get(value.id)
      invariant(offset !== undefined, `%${value.id} (${value.name}) has no place in the arena`)
      return { space: Space.arena, offset }
    }
    const offset = persistent.get(value.id)
    invariant(offset !== undefined, `%${value.id} (${value.name}) has no place in persistent memory`)
    return { space: Space.persistent, offset }
  }

  const numberOf = (id: ValueId): number => {
    const known = numbers.get(id)
    if (known !== undefined) return known
    const value = graph.values.get(id)
    invariant(value, `%${id} is not a value of the graph ${graph.name}`)
    checkRank(value)
    const home = homeOf(value)
    homes.set(id, home)
    const number = records.length / VALUE_STRIDE
    records.push(home.space, home.offset, value.shape.length)
    for (let axis = 0; axis < MAX_RANK; axis += 1) records.push(value.shape[axis] ?? 0)
    numbers.set(id, number)
    return number
  }

  const feeds: number[] = []
  for (const value of graph.values.values())
    if (value.role === 'feed') feeds.push(numberOf(value.id), value.slot as number)
  for (const node of graph.nodes) {
    const op = findOp(node.op)
    const inputs = node.inputs.map((input) => (input === null ? -1 : numberOf(input)))
    const shared = op.alias ? [[0, 0] as const] : (op.inPlace?.(node.inputs.length, node.attributes) ?? [])
    for (const [output, input] of shared) {
      const home = homes.get(node.inputs[input] as ValueId)
      if (home) homes.set(node.outputs[output] as ValueId, home)
    }
    if (op.alias) continue
    const outputs = node.outputs.map((output, index) =>
      isOptionalOutput(op, index) && !uses.has(output) ? -1 : numberOf(output),
    )
    const opcode = kernels.get(op.name) ?? kernels.size
    kernels.set(op.name, opcode)
    if (op.update) updates.push(instructions)
    if (node.rate) rates.push(instructions, node.rate)
    instructions += 1
    const encoded = encodeAttributes(op, node.attributes)
    code.push(opcode, inputs.length, outputs.length, encoded.length, attributes.length)
    for (const operand of inputs) code.push(operand)
    for (const operand of outputs) code.push(operand)
    attributes.push(...encoded)
  }
  const outputs = graph.outputs.map((output) => numberOf(output.value))
  const every = graph.updateEvery ?? 1
  const [first = 0, end = 0] = every > 1 && updates.length > 0 ? [updates[0], (updates.at(-1) as number) + 1] : []
  invariant(end - first === (every > 1 ? updates.length : 0), 'the ops of an update do not follow one another')
  return {
    ...(every > 1 ? { update: { every, first, end } } : {}),
    ...(graph.learningRates ? { learningRates: { count: graph.learningRates, of: Int32Array.from(rates) } } : {}),
    version: 1,
    kernels: [...kernels.keys()],
    batchCapacity,
    arenaFloats: plan.arenaFloats,
    values: Int32Array.from(records),
    code: Int32Array.from(code),
    attributes: Float64Array.from(attributes),
    constants: Float32Array.from(constants),
    feeds: Int32Array.from(feeds),
    outputs: Int32Array.from(outputs),
    accumulators,
  }
}

function checkRank(value: IrValue): void {
  if (value.shape.length <= MAX_RANK) return
  throw new LaminaError({
    code: 'compile.rank',
    message: `${value.name} has too many dimensions.`,
    where: value.name,
    expected: `at most ${MAX_RANK} dimensions, the batch included`,
    received: formatShape(value.shape),
    fix: 'Flatten or reshape it to fewer dimensions.',
  })
}

const spaces = ['arena', 'persistent', 'constant'] as const

/** A program as text, one instruction a line with the places of its operands: for tests and for reading what the session runs. */
export function printProgram(program: Program): string {
  const operand = (id: number): string => {
    if (id < 0) return '-'
    const base = id * VALUE_STRIDE
    const rank = program.values[base + 2] as number
    const shape: Shape = Array.from(program.values.subarray(base + 3, base + 3 + rank))
    return `${spaces[program.values[base] as 0 | 1 | 2]}+${program.values[base + 1]} [${formatShape(shape)}]`
  }
  const lines = [`program for ${program.batchCapacity} samples, arena ${program.arenaFloats} floats`]
  for (let at = 0; at < program.feeds.length; at += 2)
    lines.push(`  ${operand(program.feeds[at] as number)} <- slot ${program.feeds[at + 1]}`)
  for (let at = 0; at < program.code.length; ) {
    const [opcode, inputs, outputs, count, first] = program.code.subarray(at, at + HEADER) as unknown as number[]
    const operands = Array.from(program.code.subarray(at + HEADER, at + HEADER + inputs! + outputs!), operand)
    const name = program.kernels[opcode as number] as string
    const attributes = decodeAttributes(findOp(name), program.attributes.subarray(first, first! + count!))
    const written = operands.slice(inputs).join(', ')
    const settings = Object.entries(attributes).map(([key, value]) => ` ${key}=${value}`)
    lines.push(
      `  ${written}${written ? ' = ' : ''}${name}(${operands.slice(0, inputs).join(', ')})${settings.join('')}`,
    )
    at += HEADER + inputs! + outputs!
  }
  for (const output of program.outputs) lines.push(`  output ${operand(output)}`)
  return lines.join('\n')
}
