import { Random } from '../../engine/base/rng.ts'
import { elementCount, type Shape } from '../../engine/base/shape.ts'
import { loadNative } from '../../engine/native/index.ts'
import { MAX_RANK, type NativeSession, type Program, Space } from '../../engine/native/program.ts'

const ALIGNMENT = 16
/** Zeroed ints of the header of an instruction before its operands. */
export const CODE_HEADER = 5

const aligned = (floats: number) => Math.ceil(floats / ALIGNMENT) * ALIGNMENT

/** Builds small programs by hand; every value gets memory of its own. */
export class ProgramBuilder {
  readonly #batchCapacity: number
  readonly #values: number[] = []
  readonly #code: number[] = []
  readonly #attributes: number[] = []
  readonly #constants: number[] = []
  readonly #kernels: string[] = []
  readonly #feeds: number[] = []
  readonly #outputs: number[] = []
  readonly #offsets: number[] = []
  #arena = 0
  #persistent = 0
  accumulators = 0

  constructor(batchCapacity: number) {
    this.#batchCapacity = batchCapacity
  }

  /** Floats of persistent memory that a session for this program needs. */
  get persistentFloats(): number {
    return this.#persistent
  }

  /** Where a value begins in its space. */
  offset(value: number): number {
    return this.#offsets[value] as number
  }

  temporary(shape: Shape): number {
    const offset = this.#arena
    this.#arena += aligned(elementCount(shape, this.#batchCapacity))
    return this.#value(Space.arena, offset, shape)
  }

  persistent(shape: Shape): number {
    const offset = this.#persistent
    this.#persistent += aligned(elementCount(shape, this.#batchCapacity))
    return this.#value(Space.persistent, offset, shape)
  }

  constant(shape: Shape, data: readonly number[]): number {
    const offset = this.#constants.length
    this.#constants.push(...data)
    while (this.#constants.length % ALIGNMENT !== 0) this.#constants.push(0)
    return this.#value(Space.constant, offset, shape)
  }

  /** A temporary that is gathered from a data slot. */
  feed(shape: Shape, slot: number): number {
    const value = this.temporary(shape)
    this.#feeds.push(value, slot)
    return value
  }

  output(value: number): void {
    this.#outputs.push(value)
  }

  op(kernel: string, inputs: readonly number[], outputs: readonly number[], attributes: readonly number[] = []): void {
    if (!this.#kernels.includes(kernel)) this.#kernels.push(kernel)
    this.#code.push(this.#kernels.indexOf(kernel), inputs.length, outputs.length, attributes.length)
    this.#code.push(this.#attributes.length, ...inputs, ...outputs)
    this.#attributes.push(...attributes)
  }

  build(): Program {
    return {
      version: 1,
      kernels: this.#kernels,
      batchCapacity: this.#batchCapacity,
      arenaFloats: this.#arena,
      values: Int32Array.from(this.#values),
      code: Int32Array.from(this.#code),
      attributes: Float64Array.from(this.#attributes),
      constants: Float32Array.from(this.#constants),
      feeds: Int32Array.from(this.#feeds),
      outputs: Int32Array.from(this.#outputs),
      accumulators: this.accumulators,
    }
  }

  #value(space: number, offset: number, shape: Shape): number {
    this.#values.push(space, offset, shape.length)
    for (let axis = 0; axis < MAX_RANK; axis += 1) this.#values.push(shape[axis] ?? 0)
    this.#offsets.push(offset)
    return this.#offsets.length - 1
  }
}

export interface Operand {
  shape: Shape
  data: ArrayLike<number>
}

export interface KernelCall {
  kernel: string
  /** null = an absent optional operand. */
  inputs: readonly (Operand | null)[]
  outputs: readonly (Shape | null)[]
  attributes?: readonly number[]
  /** Samples of the batch. */
  samples: number
  batchCapacity?: number
  accumulators?: number
  threads?: number
  seed?: number
  iteration?: number
  learningRate?: number
}

export interface KernelResult {
  /** One array per output; empty for absent ones. */
  outputs: Float32Array[]
  accumulators: Float64Array
}

/** Runs one kernel once in a session of its own. */
export async function runKernel(call: KernelCall): Promise<KernelResult> {
  const builder = new ProgramBuilder(call.batchCapacity ?? call.samples)
  builder.accumulators = call.accumulators ?? 0
  const inputs = call.inputs.map((operand) => (operand ? builder.persistent(operand.shape) : -1))
  const outputs = call.outputs.map((shape) => (shape ? builder.persistent(shape) : -1))
  builder.op(call.kernel, inputs, outputs, call.attributes)
  const session = loadNative().createSession({
    programs: { main: builder.build() },
    persistentFloats: builder.persistentFloats,
    threads: call.threads ?? 1,
    seed: call.seed ?? 1,
  })
  try {
    for (const [index, operand] of call.inputs.entries())
      if (operand) session.writePersistent(builder.offset(inputs[index] as number), Float32Array.from(operand.data))
    const result = await session.run({
      program: 'main',
      rows: rowNumbers(call.samples),
      batchSize: call.samples,
      learningRates: Float64Array.of(call.learningRate ?? 0.1),
      iteration: call.iteration ?? 0,
    })
    return {
      outputs: call.outputs.map((shape, index) =>
        shape
          ? session.readPersistent(builder.offset(outputs[index] as number), elementCount(shape, call.samples))
          : new Float32Array(),
      ),
      accumulators: result.accumulators,
    }
  } finally {
    session.dispose()
  }
}

/** 0, 1, ... count - 1. */
export function rowNumbers(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index)
}

/** An operand of uniform random numbers in [least, most). */
export function randomOperand(shape: Shape, samples: number, random: Random, least = -2, most = 2): Operand {
  const data = Float32Array.from(
    { length: elementCount(shape, samples) },
    () => least + random.uniform() * (most - least),
  )
  return { shape, data }
}

/** A linear model y = x w trained by SGD on the mean squared error: every part of a session takes part, and a step is short. */
export interface TinyTraining {
  session: NativeSession
  features: number
  rows: number
  weights(): Float32Array
}

/** `rows` random samples of `features` features, bound; the program is named `train` and has one accumulator, the summed loss. */
export function tinyTraining(options: {
  rows: number
  features: number
  batchCapacity: number
  threads?: number
  seed?: number
}): TinyTraining {
  const { rows, features, batchCapacity } = options
  const builder = new ProgramBuilder(batchCapacity)
  builder.accumulators = 1
  const x = builder.feed([-1, features], 0)
  const target = builder.feed([-1, 1], 1)
  const w = builder.persistent([features, 1])
  const y = builder.temporary([-1, 1])
  const loss = builder.temporary([-1])
  const one = builder.constant([], [1])
  const g = builder.temporary([-1])
  const dy = builder.temporary([-1, 1])
  const dw = builder.temporary([features, 1])
  builder.op('dense', [x, w, -1], [y], [0, 0])
  builder.op('mean_squared_error', [y, target], [loss])
  builder.op('accumulate', [loss], [], [0, 1])
  builder.op('batch_mean_gradient', [one], [g])
  builder.op('mean_squared_error_gradient', [g, y, target], [dy])
  builder.op('dense_parameter_gradient', [x, dy], [dw, -1])
  builder.op('sgd_update', [w, dw], [w], [1, 0, 0])
  builder.output(y)
  const session = loadNative().createSession({
    programs: { train: builder.build() },
    persistentFloats: builder.persistentFloats,
    threads: options.threads ?? 1,
    seed: 1,
  })
  const random = new Random(options.seed ?? 1, 77)
  const data = randomOperand([rows, features], 1, random, -1, 1).data as Float32Array
  const targets = Float32Array.from({ length: rows }, (_, row) => 3 * (data[row * features] as number))
  session.bind([
    { data, rowSize: features },
    { data: targets, rowSize: 1 },
  ])
  return { session, features, rows, weights: () => session.readPersistent(0, features) }
}
