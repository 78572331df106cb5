import { type CompiledModel, initializeWeights } from '../compile/compile.ts'
import type { DatasetDescription, Split, Table } from '../data/dataset.ts'
import type { GraphDocument } from '../graph/document.ts'
import type { DataSlot, NativeAddon } from '../native/program.ts'
import type { TrainingPlan } from './plan.ts'
import { bindSlots, prepareData, wantedRows } from './prepare.ts'
import { learningRatesOf, prepareModel } from './prepare-model.ts'
import { ModelSession, threadsFor } from './trainer-session.ts'

/** Rows of one native call at most: enough that the call itself does not count, few enough to hold. */
const MOST_ROWS = 1 << 16

export interface StepRunnerOptions {
  compiled: CompiledModel
  slots: readonly DataSlot[]
  /** Rows to train on. */
  rows: Int32Array
  batchSize: number
  /** As many as a step of the training program takes. */
  learningRates: readonly number[]
  seed: number
  /** 0 = all cores. */
  threads: number
}

/** Training steps that are timed and whose result nobody keeps: the same programs, data and threads as a run, without its epochs. Dispose it when done. */
export class StepRunner {
  readonly compiled: CompiledModel
  readonly batchSize: number
  readonly threads: number
  readonly session: ModelSession
  readonly #learningRates: Float64Array
  /** Whole batches, visited over and over. */
  readonly #rows: Int32Array
  #iteration = 0

  constructor(
    native: NativeAddon,
    { compiled, slots, rows, batchSize, learningRates, seed, threads }: StepRunnerOptions,
  ) {
    this.compiled = compiled
    this.batchSize = batchSize
    this.threads = threadsFor(threads, native)
    this.session = new ModelSession(native, compiled, { threads: this.threads, seed })
    this.#learningRates = Float64Array.from(learningRates)
    const batches = Math.max(1, Math.floor(MOST_ROWS / batchSize))
    // A stride that has no factor in common with most numbers of rows, so that batches are not runs of neighbours.
    this.#rows = Int32Array.from({ length: batches * batchSize }, (_, at) => rows[(at * 7919) % rows.length] as number)
    this.session.bind(slots)
    this.session.load(initializeWeights(compiled, seed))
  }

  /**
   * Runs so many further steps; resolves to the milliseconds they took. `mayContinue` is awaited before each round over the rows and
   * ends the run by what it throws. Rejects with `native.busy` while others run.
   */
  async run(steps: number, mayContinue?: () => Promise<void>): Promise<number> {
    const most = this.#rows.length / this.batchSize
    let milliseconds = 0
    for (let left = steps; left > 0; ) {
      await mayContinue?.()
      const now = Math.min(left, most)
      const { seconds } = await this.session.native.run({
        program: 'train',
        rows: this.#rows.subarray(0, now * this.batchSize),
        batchSize: this.batchSize,
        learningRates: this.#learningRates,
        iteration: this.#iteration,
      })
      milliseconds += 1000 * seconds
      this.#iteration += now
      left -= now
    }
    return milliseconds
  }

  dispose(): void {
    this.session.dispose()
  }
}

export interface StepRequest {
  document: GraphDocument
  plan: TrainingPlan
  description: DatasetDescription
  table: Table
  split: Split
  /** 0 = all cores. */
  threads: number
}

/** A model on its own training rows. Throws what training it would throw. */
export function stepRunnerOf(native: NativeAddon, request: StepRequest): StepRunner {
  const { document, plan, description, table } = request
  const { split, fitted, signature } = prepareData(
    table,
    description,
    request.split,
    undefined,
    wantedRows(document, plan),
  )
  const prepared = prepareModel({ document, plan, signature, trainRows: split.train.length })
  const weights = { classWeight: plan.classWeight, sampleWeight: plan.sampleWeight, rows: split.train }
  const { compiled } = prepared
  const run = { stepsPerEpoch: Math.ceil(split.train.length / plan.batchSize), watched: null }
  return new StepRunner(native, {
    compiled,
    slots: bindSlots(compiled.slots, table, fitted, { targets: true, weights }),
    rows: split.train,
    batchSize: plan.batchSize,
    learningRates: learningRatesOf(plan, prepared, run).map((rate) => rate.at(0, [])),
    seed: plan.seed,
    threads: request.threads,
  })
}

/** Mean time of a step over about so many seconds, once the caches are warm. */
export async function meanStep(
  runner: Pick<StepRunner, 'run'>,
  seconds: number,
): Promise<{ msPerStep: number; steps: number }> {
  await runner.run(1)
  const budget = 1000 * seconds
  let steps = 2
  let milliseconds = await runner.run(steps)
  let spent = milliseconds
  for (const share of [0.05, 0.25]) {
    if (spent > share * budget) continue
    steps = Math.max(2, Math.ceil((share * budget * steps) / milliseconds))
    milliseconds = await runner.run(steps)
    spent += milliseconds
  }
  steps = Math.max(2, Math.floor(((budget - spent) * steps) / milliseconds))
  milliseconds = await runner.run(steps)
  return { msPerStep: milliseconds / steps, steps }
}
