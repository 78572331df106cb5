import { Random } from '../../engine/base/rng.ts'
import { concreteShape, elementCount } from '../../engine/base/shape.ts'
import { initializeWeights } from '../../engine/compile/compile.ts'
import type { IrGraph, ValueId } from '../../engine/compile/ir.ts'
import type { CompiledModel } from '../../engine/compile/types.ts'
import { loadNative } from '../../engine/native/index.ts'
import type { NativeSession } from '../../engine/native/program.ts'
import type { ReferenceTensor } from '../../engine/ops/op.ts'
import { interpret, type Values } from './reference-interpreter.ts'

/** Rows of each slot of a model, drawn: class numbers and one-hot rows for classes, else uniform in -1..1. */
export function drawData(model: CompiledModel, rows: number, seed: number, classes = 2): Float32Array[] {
  return model.slots.map((slot) => {
    const width = elementCount(slot.rowShape)
    const random = new Random(seed, 700, slot.slot)
    const data = new Float32Array(rows * width)
    for (let row = 0; row < rows; row += 1) {
      if (slot.encoding === 'index') data[row] = random.integer(classes)
      else if (slot.encoding === 'one-hot') data[row * width + random.integer(width)] = 1
      else for (let i = 0; i < width; i += 1) data[row * width + i] = 2 * random.uniform() - 1
    }
    return data
  })
}

/** A native session of a model with initial weights and data bound. */
export function sessionOf(
  model: CompiledModel,
  data: readonly Float32Array[],
  seed: number,
  threads = 1,
): NativeSession {
  const session = loadNative().createSession({
    programs: model.programs,
    persistentFloats: model.persistentFloats,
    threads,
    seed,
  })
  session.writePersistent(0, initializeWeights(model, seed))
  session.bind(
    model.slots.map((slot, index) => ({ data: data[index] as Float32Array, rowSize: elementCount(slot.rowShape) })),
  )
  return session
}

/** Feeds of a graph for the given rows. */
function feedsOf(graph: IrGraph, data: readonly Float32Array[], rows: readonly number[]): Values {
  const values: Values = new Map()
  for (const value of graph.values.values()) {
    if (value.role !== 'feed') continue
    const shape = concreteShape(value.shape, rows.length)
    const width = elementCount(value.shape)
    const source = data[value.slot as number] as Float32Array
    const fed = rows.flatMap((row) => [...source.subarray(row * width, (row + 1) * width)])
    values.set(value.id, { shape, data: Float64Array.from(fed) })
  }
  return values
}

/** Persistent memory of a model in float64 by name, run with the reference interpreter. */
export class ReferenceSession {
  readonly model: CompiledModel
  readonly memory = new Map<string, ReferenceTensor>()
  readonly accumulators: Float64Array
  readonly #data: readonly Float32Array[]
  readonly #seed: number

  constructor(model: CompiledModel, data: readonly Float32Array[], seed: number) {
    this.model = model
    this.#data = data
    this.#seed = seed
    this.accumulators = new Float64Array(model.accumulators.length)
    const image = initializeWeights(model, seed)
    for (const entry of model.persistent) {
      const values = image.subarray(entry.offset, entry.offset + elementCount(entry.shape))
      this.memory.set(entry.name, { shape: [...entry.shape], data: Float64Array.from(values) })
    }
  }

  /** Runs one batch of a program; returns the outputs of its graph. */
  run(
    program: 'train' | 'evaluate' | 'predict',
    rows: readonly number[],
    learningRate: number,
    iteration: number,
  ): ReferenceTensor[] {
    return this.interpret(this.model.graphs[program], rows, iteration, learningRate)
  }

  /** Runs one batch of any graph whose persistent values are the model's; returns the outputs. */
  interpret(graph: IrGraph, rows: readonly number[], iteration: number, learningRate = 0): ReferenceTensor[] {
    const given = feedsOf(graph, this.#data, rows)
    const persistent = [...graph.values.values()].filter((value) => ['parameter', 'state', 'slot'].includes(value.role))
    for (const value of persistent) given.set(value.id, this.memory.get(value.name) as ReferenceTensor)
    const context = { n: rows.length, seed: this.#seed, iteration, learningRate, accumulators: this.accumulators }
    const values = interpret(graph, given, context)
    for (const value of persistent) this.memory.set(value.name, values.get(value.id) as ReferenceTensor)
    return graph.outputs.map((output) => values.get(output.value as ValueId) as ReferenceTensor)
  }
}
