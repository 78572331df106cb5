import { initializeWeights } from '../compile/compile.ts'
import type { DatasetSignature } from '../graph/document.ts'
import { loadNative } from '../native/index.ts'
import { parsePlan } from '../training/plan-parse.ts'
import { prepareModel } from '../training/prepare-model.ts'
import { ModelSession, threadsFor } from '../training/trainer-session.ts'
import { documentOf, flopsPerStep, type Workload } from './workloads.ts'

export interface Measurement {
  workload: string
  threads: number
  simd: string
  /** Median over repetitions of the mean step, wall time. */
  msPerStep: number
  bestMsPerStep: number
  stepsMeasured: number
  samplesPerSecond: number
  gflops: number
  peakGflops: number
  /** Share of the machine's measured FMA peak, 0..1. */
  shareOfPeak: number
  /** Resident memory at its highest, the whole process. */
  peakMemoryBytes: number
  compileMs: number
  /** From the start of the process to the end of the first step. */
  firstStepMs: number
}

const REPEATS = 9
const SEED = 1

/** Times training steps of a workload through the compiler and the native session, on random data. */
export async function measure(workload: Workload, asked: number, seconds: number): Promise<Measurement> {
  const native = loadNative()
  const threads = threadsFor(asked, native)
  const compileStart = performance.now()
  const { compiled } = prepareModel({
    document: documentOf(workload),
    plan: parsePlan({
      batchSize: workload.batch,
      seed: SEED,
      ...(workload.optimizer ? { optimizer: workload.optimizer } : {}),
    }),
    signature: signatureOf(workload),
    trainRows: workload.rows,
  })
  const compileMs = performance.now() - compileStart
  const session = new ModelSession(native, compiled, { threads, seed: SEED })
  try {
    bindRandom(session, workload)
    session.load(initializeWeights(compiled, SEED))
    let iteration = 0
    const run = async (steps: number) => {
      const rows = Int32Array.from({ length: steps * workload.batch }, (_, index) => (index * 7919) % workload.rows)
      const learningRates = Float64Array.of(1e-3)
      const started = performance.now()
      await session.native.run({ program: 'train', rows, batchSize: workload.batch, learningRates, iteration })
      iteration += steps
      return performance.now() - started
    }
    await run(1)
    const firstStepMs = performance.now()
    const warmUp = workload.network ? 5 : 50
    await run(warmUp)
    const estimate = (await run(warmUp)) / warmUp
    const steps = Math.max(workload.network ? 2 : 20, Math.ceil((seconds * 1000) / REPEATS / estimate))
    const times: number[] = []
    for (let repeat = 0; repeat < REPEATS; repeat += 1) times.push((await run(steps)) / steps)
    times.sort((a, b) => a - b)
    const msPerStep = times[REPEATS >> 1]!
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024
    const gflops = flopsPerStep(workload) / msPerStep / 1e6
    const peakGflops = native.measurePeak(threads).gflops
    return {
      workload: workload.id,
      threads,
      simd: native.info().simd,
      msPerStep,
      bestMsPerStep: times[0]!,
      stepsMeasured: steps * REPEATS,
      samplesPerSecond: (workload.batch / msPerStep) * 1000,
      gflops,
      peakGflops,
      shareOfPeak: gflops / peakGflops,
      peakMemoryBytes,
      compileMs,
      firstStepMs,
    }
  } finally {
    session.dispose()
  }
}

function signatureOf({ widths, rows }: Workload): DatasetSignature {
  const units = widths.at(-1)!
  const classes = Array.from({ length: units }, (_, index) => String(index))
  return {
    rowCount: rows,
    features: [{ name: 'x', width: widths[0]! }],
    targets: [units > 1 ? { column: 'y', kind: 'classes', classes } : { column: 'y', kind: 'numeric' }],
  }
}

/** Numbers of a linear congruential generator: cheap, so that drawing them does not count as start-up. */
function bindRandom(session: ModelSession, { rows, widths }: Workload): void {
  const classes = widths.at(-1)!
  let state = SEED
  const word = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 8
  }
  session.bind(
    session.compiled.slots.map(({ kind, rowShape }) => {
      const rowSize = rowShape.reduce((product, size) => product * size, 1)
      const data = new Float32Array(rows * rowSize)
      for (let at = 0; at < data.length; at += 1)
        data[at] = kind === 'input' || classes === 1 ? word() / 2 ** 24 : word() % classes
      return { data, rowSize }
    }),
  )
}
