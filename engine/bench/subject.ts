import { loadAddon } from '../addon.ts'
import { LaminaError } from '../base/errors.ts'
import { splitTable } from '../data/split.ts'
import type { DatasetSignature } from '../graph/document.ts'
import type { DataSlot } from '../native/program.ts'
import { DatasetCache } from '../rpc/services/dataset-cache.ts'
import { loadModelWithData } from '../rpc/services/model-loader.ts'
import { ProjectStore } from '../store/projects.ts'
import { parsePlan } from '../training/plan-parse.ts'
import { prepareModel } from '../training/prepare-model.ts'
import { StepRunner, stepRunnerOf } from '../training/step-runner.ts'
import { documentOf, flopsPerStep, signatureOf, type Workload, workloads } from './workloads.ts'

/** What is timed: a workload by its id, or a model of a project (the first when it is not named). */
export type SubjectName = { workload: string } | { project: string; model?: string }

export interface Subject {
  runner: StepRunner
  /** Of a workload its multiply-adds as the literature counts them; of a project what its ops declare. */
  flopsPerStep: number
}

const SEED = 1

/** Compiles it, binds its data and draws its weights. Throws what training it would throw, and `bench.unknown`. */
export function openSubject(name: SubjectName, threads: number): Subject {
  return 'workload' in name ? openWorkload(name.workload, threads) : openProject(name.project, name.model, threads)
}

function openWorkload(id: string, threads: number): Subject {
  const workload = workloads.find((item) => item.id === id)
  if (!workload)
    throw unknown(
      'workload',
      id,
      workloads.map((item) => item.id),
    )
  return { runner: runnerOf(workload, threads), flopsPerStep: flopsPerStep(workload) }
}

/** A workload on random data of the right shape. */
export function runnerOf(workload: Workload, threads: number): StepRunner {
  const { batch, rows, optimizer } = workload
  const plan = parsePlan({ batchSize: batch, seed: SEED, ...(optimizer ? { optimizer } : {}) })
  const { compiled } = prepareModel({
    document: documentOf(workload),
    plan,
    signature: signatureOf(workload),
    trainRows: rows,
  })
  return new StepRunner(loadAddon(), {
    compiled,
    slots: randomSlots(compiled.slots, workload, signatureOf(workload)),
    rows: Int32Array.from({ length: rows }, (_, row) => row),
    batchSize: batch,
    learningRates: [1e-3],
    seed: SEED,
    threads,
  })
}

function openProject(path: string, wanted: string | undefined, threads: number): Subject {
  const store = ProjectStore.open(path)
  try {
    const models = store.models.list()
    const chosen = wanted === undefined ? models[0] : models.find(({ id, name }) => name === wanted || id === wanted)
    if (!chosen) throw unknown('model', wanted ?? 'the first', models.map(({ name }) => name)) // biome-ignore format: one line reads better
    const { document, plan, description, table } = loadModelWithData(
      { id: '', store, tables: new DatasetCache(store) },
      chosen.id,
    )
    const split = splitTable(table, description)
    const runner = stepRunnerOf(loadAddon(), { document, plan, description, table, split, threads })
    return { runner, flopsPerStep: plan.batchSize * runner.compiled.report.trainingFlopsPerSample }
  } finally {
    store.dispose()
  }
}

/** Numbers of a linear congruential generator: cheap, so that drawing them does not count as start-up. */
function randomSlots(
  slots: StepRunner['compiled']['slots'],
  { rows, tokens }: Workload,
  { targets }: DatasetSignature,
): DataSlot[] {
  const classes = targets[0]?.classes?.length ?? 1
  let state = SEED
  const word = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 8
  }
  return slots.map(({ kind, rowShape }) => {
    const rowSize = rowShape.reduce((product, size) => product * size, 1)
    const below = kind === 'input' ? (tokens ?? 1) : classes
    // Features on both sides of zero: of positive ones nearly all units behind relu die within some hundred steps, and products skip their zeros.
    const least = kind === 'input' ? -1 : 0
    const data = new Float32Array(rows * rowSize)
    for (let at = 0; at < data.length; at += 1)
      data[at] = below === 1 ? least + ((1 - least) * word()) / 2 ** 24 : word() % below
    return { data, rowSize }
  })
}

function unknown(what: string, received: string, known: readonly string[]): LaminaError {
  return new LaminaError({
    code: 'bench.unknown',
    message: `There is no such ${what}.`,
    where: what,
    expected: known.length > 0 ? `one of ${known.join(', ')}` : `a project with a ${what}`,
    received,
    fix: `Name a ${what} that there is.`,
  })
}
