import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { elementCount } from '../../../engine/base/shape.ts'
import { emitProgram, printProgram } from '../../../engine/compile/emit.ts'
import { fuseKernels } from '../../../engine/compile/fuse.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { IrGraph, IrValue, ValueId } from '../../../engine/compile/ir.ts'
import { ALIGNMENT, planMemory } from '../../../engine/compile/plan-memory.ts'
import { schedule } from '../../../engine/compile/schedule.ts'
import { simplify } from '../../../engine/compile/simplify.ts'
import { storageRoots } from '../../../engine/compile/storage.ts'
import { verify } from '../../../engine/compile/verify.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { rowNumbers } from '../../support/native-program.ts'
import { normalizedError } from '../../support/reference-case.ts'
import { interpret, type Values } from '../../support/reference-interpreter.ts'

const CAPACITY = 5

/** A graph of random ops over two feeds and two parameters; some of its values are outputs. */
function randomGraph(seed: number, size: number): IrGraph {
  const random = new Random(seed, 55)
  const builder = createGraphBuilder()
  const values: ValueId[] = [
    builder.value('feed', 'x', [-1, 6], { slot: 0 }),
    builder.value('feed', 'y', [-1, 2, 3], { slot: 1 }),
  ]
  const square = builder.value('parameter', 'square', [6, 6])
  const slope = builder.value('parameter', 'slope', [6])
  const pick = (): ValueId => values[Math.max(0, values.length - 1 - random.integer(8))] as ValueId
  const flat = (id: ValueId): ValueId => builder.emitOne('reshape', [id], {}, { shape: [-1, 6] })
  for (let step = 0; step < size; step += 1) {
    const a = flat(pick())
    const b = flat(pick())
    const made = [
      () => builder.emitOne('add', [a, b, flat(pick())]),
      () => builder.emitOne('subtract', [a, b]),
      () => builder.emitOne('multiply', [a, b]),
      () => builder.emitOne('activation', [a], { activation: 'tanh' }),
      () => builder.emitOne('activation', [builder.emitOne('dense', [a, square, slope])], { activation: 'sigmoid' }),
      () => builder.emit('dropout', [a], { rate: 0.25, stream: 1000 + step })[random.integer(2)] as ValueId,
      () => builder.emitOne('prelu', [a, slope]),
      () => builder.emitOne('softmax', [builder.emitOne('reshape', [a], {}, { shape: [-1, 3, 2] })]),
      () =>
        builder.emitOne(
          'slice',
          [builder.emitOne('concatenate', [a, b], { axis: 1 })],
          { axis: 1, begin: 3 },
          { shape: [-1, 6] },
        ),
      () => builder.emitOne('activation_gradient', [a, null, b], { activation: 'tanh' }),
      () => builder.emit('prelu_gradient', [a, b, slope])[0] as ValueId,
    ][random.integer(11)] as () => ValueId
    values.push(made())
  }
  const outputs = values.slice(2).filter((_, index) => index === size - 1 || random.integer(6) === 0)
  return builder.finish(
    `random ${seed}`,
    outputs.map((value, index) => ({ name: `o${index}`, value })),
  )
}

function passes(graph: IrGraph): IrGraph {
  return verify(schedule(verify(fuseKernels(verify(simplify(graph), 'simplify')), 'fuse'), CAPACITY), 'schedule')
}

/** Values with a range of the arena that are in use while node `index` runs: written by it, or written before and read by it or later. */
function rangesAt(graph: IrGraph, index: number, offsets: ReadonlyMap<ValueId, number>) {
  const roots = storageRoots(graph)
  const written = new Map<ValueId, number>()
  const read = new Map<ValueId, number>()
  for (const value of graph.values.values()) if (value.role === 'feed') written.set(value.id, -1)
  for (const [at, node] of graph.nodes.entries()) {
    for (const input of node.inputs) if (input !== null) read.set(roots.get(input) as ValueId, at)
    for (const output of node.outputs) if (roots.get(output) === output) written.set(output, at)
  }
  for (const output of graph.outputs) read.set(roots.get(output.value) as ValueId, graph.nodes.length)
  return [...written]
    .filter(([id, at]) => offsets.has(id) && (at === index || (at < index && (read.get(id) ?? -2) >= index)))
    .map(([id, at]) => {
      const begin = offsets.get(id) as number
      const end = begin + elementCount((graph.values.get(id) as IrValue).shape, CAPACITY)
      // What dies here may be taken over by an output of the node.
      return { id, begin, end, fresh: at === index, dying: at < index && read.get(id) === index }
    })
}

describe('planMemory', () => {
  it('never lets values overlap that are in use at the same time, on random graphs', () => {
    let shared = 0
    for (let seed = 1; seed <= 40; seed += 1) {
      const graph = passes(randomGraph(seed, 30))
      const { offsets, arenaFloats } = planMemory(graph, CAPACITY)
      for (const offset of offsets.values()) expect(offset % ALIGNMENT).toBe(0)
      for (let index = 0; index < graph.nodes.length; index += 1) {
        const ranges = rangesAt(graph, index, offsets)
        for (const a of ranges) {
          expect(a.end).toBeLessThanOrEqual(arenaFloats)
          for (const b of ranges) {
            if (a.id >= b.id || a.begin >= b.end || b.begin >= a.end) continue
            const takenOver = a.begin === b.begin && ((a.fresh && b.dying) || (b.fresh && a.dying))
            expect(takenOver, `seed ${seed}, node ${index}, %${a.id} and %${b.id}`).toBe(true)
            shared += 1
          }
        }
      }
    }
    expect(shared).toBeGreaterThan(50)
  })

  it('gives programs that the session accepts and that compute what the unoptimised graph says, on random graphs', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const plain = randomGraph(seed, 30)
      const graph = passes(plain)
      const persistent = new Map<ValueId, number>()
      for (const value of plain.values.values())
        if (value.role === 'parameter') persistent.set(value.id, persistent.size * 48)
      const program = emitProgram(graph, { batchCapacity: CAPACITY, persistent, accumulators: 0 })
      const random = new Random(seed, 56)
      const draw = (count: number) => Float32Array.from({ length: count }, () => 2 * random.uniform() - 1)
      const memory = draw(96)
      const data = [draw(CAPACITY * 6), draw(CAPACITY * 6)]
      const session = loadNative().createSession({
        programs: { main: program },
        persistentFloats: 96,
        threads: 1,
        seed: 4,
      })
      session.writePersistent(0, memory)
      session.bind(data.map((rows) => ({ data: rows, rowSize: 6 })))
      const outputs = graph.outputs.map(() => new Float32Array(CAPACITY * 6))
      const rows = rowNumbers(CAPACITY)
      await session.run({
        program: 'main',
        rows,
        batchSize: CAPACITY,
        learningRates: Float64Array.of(0),
        iteration: 2,
        outputs,
      })
      session.dispose()
      const given: Values = new Map()
      for (const value of plain.values.values()) {
        if (value.role === 'temporary') continue
        const size = elementCount(value.shape, CAPACITY)
        const at = persistent.get(value.id)
        const source = at === undefined ? (data[value.slot as number] as Float32Array) : memory.subarray(at, at + size)
        const shape = value.shape.map((d) => (d < 0 ? CAPACITY : d))
        given.set(value.id, { shape, data: Float64Array.from(source) })
      }
      const expected = interpret(plain, given, { n: CAPACITY, seed: 4, iteration: 2 })
      for (const [index, output] of plain.outputs.entries()) {
        const reference = expected.get(output.value)?.data as Float64Array
        expect(normalizedError(outputs[index] as Float32Array, reference), `seed ${seed}`).toBeLessThan(1e-7)
      }
    }
  })

  it('lets elementwise chains work in one place', () => {
    const builder = createGraphBuilder()
    let flow = builder.value('feed', 'x', [-1, 16], { slot: 0 })
    for (let step = 0; step < 10; step += 1) flow = builder.emitOne('activation', [flow], { activation: 'tanh' })
    const graph = builder.finish('chain', [{ name: 'y', value: flow }])
    expect(planMemory(graph, 4).arenaFloats).toBe(64)
  })

  it('leaves out gradients that nobody reads where the kernel may', () => {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1, 3], { slot: 0 })
    const dw = builder.emit('dense_parameter_gradient', [x, x])[0] as ValueId
    builder.emit('accumulate', [builder.emitOne('l2_penalty', [dw], { factor: 1 })], { slot: 0 })
    const program = emitProgram(builder.finish('gradient', []), {
      batchCapacity: 2,
      persistent: new Map(),
      accumulators: 1,
    })
    expect(printProgram(program)).toMatchInlineSnapshot(`
      "program for 2 samples, arena 32 floats
        arena+0 [N x 3] <- slot 0
        arena+16 [3 x 3], - = dense_parameter_gradient(arena+0 [N x 3], arena+0 [N x 3])
        arena+0 [scalar] = l2_penalty(arena+16 [3 x 3]) factor=1
        accumulate(arena+0 [scalar]) slot=0 perSample=true"
    `)
  })

  it('refuses what 32-bit offsets cannot address', () => {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1, 65536], { slot: 0 })
    const graph = builder.finish('huge', [{ name: 'y', value: builder.emitOne('softmax', [x]) }])
    expect(() => emitProgram(graph, { batchCapacity: 65536, persistent: new Map(), accumulators: 0 })).toThrow(
      expect.objectContaining({ code: 'compile.memory' }),
    )
  })
})

describe('the passes', () => {
  it('take time in proportion to the graph', { retry: 2 }, () => {
    const time = (size: number): number => {
      const graph = randomGraph(7, size)
      const begin = performance.now()
      const optimized = passes(graph)
      emitProgram(optimized, {
        batchCapacity: CAPACITY,
        persistent: new Map([
          [2, 0],
          [3, 48],
        ]),
        accumulators: 0,
      })
      return performance.now() - begin
    }
    time(1000)
    // Sixteen times the graph: 16 when linear, 256 when quadratic; the wide margin is for a busy machine.
    expect(time(16000) / Math.max(time(1000), 5)).toBeLessThan(100)
  })
})
