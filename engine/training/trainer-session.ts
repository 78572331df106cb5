import { LaminaError } from '../base/errors.ts'
import type { CompiledModel } from '../compile/compile.ts'
import type { DataSlot, NativeAddon, NativeSession, Precision, RunResult } from '../native/program.ts'
import { checkPersistent } from './checkpoint.ts'

export const MAX_THREADS = 64

/** The threads of a session: what is asked for (0 = all cores), within what the native pool allows. */
export function threadsFor(asked: number, native: NativeAddon): number {
  const threads = asked === 0 ? native.info().cores : asked
  return Math.min(MAX_THREADS, Math.max(1, threads))
}

/** A compiled model with its memory in the native engine. Dispose it when done. */
export class ModelSession {
  readonly compiled: CompiledModel
  readonly native: NativeSession

  constructor(
    addon: NativeAddon,
    compiled: CompiledModel,
    options: { threads: number; seed: number; precision?: Precision },
  ) {
    this.compiled = compiled
    this.native = addon.createSession({
      programs: { ...compiled.programs },
      persistentFloats: compiled.persistentFloats,
      threads: options.threads,
      seed: options.seed,
      precision: options.precision,
    })
  }

  /** Sets weights, moving statistics and optimiser slots. Throws `training.checkpoint-mismatch`. */
  load(persistent: Float32Array): void {
    checkPersistent(persistent, this.compiled)
    this.native.writePersistent(0, persistent)
  }

  /** A copy of the whole persistent memory. */
  read(): Float32Array {
    return this.native.readPersistent(0, this.compiled.persistentFloats)
  }

  bind(slots: readonly DataSlot[]): void {
    this.native.bind(slots)
  }

  /** Sums of loss and metrics over `rows` in inference mode; null when it was cancelled. */
  async evaluate(rows: Int32Array): Promise<Float64Array | null> {
    const result = await this.#run('evaluate', rows)
    return result.stopped === 'cancelled' ? null : result.accumulators
  }

  /** One array an Output node, rows.length * row elements, in the order of `rows`; then those of the model's masks. */
  async predict(rows: Int32Array): Promise<Float32Array[]> {
    const outputs = await this.predictUnlessCancelled(rows)
    if (outputs) return outputs
    throw new LaminaError({
      code: 'training.cancelled',
      message: 'The prediction was cancelled.',
      where: 'prediction',
      expected: 'a prediction that runs to its end',
      received: 'a request to stop',
      fix: 'Start it again.',
    })
  }

  /** The same; null when it was cancelled. */
  async predictUnlessCancelled(rows: Int32Array): Promise<Float32Array[] | null> {
    const { outputs: given, masks } = this.compiled
    const outputs = [...given, ...masks].map(
      ({ rowShape }) => new Float32Array(rows.length * rowShape.reduce((product, size) => product * size, 1)),
    )
    const result = await this.#run('predict', rows, outputs)
    return result.stopped === 'cancelled' ? null : outputs
  }

  dispose(): void {
    this.native.dispose()
  }

  #run(program: 'evaluate' | 'predict', rows: Int32Array, outputs?: Float32Array[]): Promise<RunResult> {
    return this.native.run({
      program,
      rows,
      batchSize: this.compiled.programs[program].batchCapacity,
      learningRates: Float64Array.of(0),
      iteration: 0,
      outputs,
    })
  }
}
