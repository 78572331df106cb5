import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { applyOverrides } from '../../../engine/training/override.ts'
import type { TrainingPlan } from '../../../engine/training/plan.ts'
import { runStateFromJson, runStateToJson } from '../../../engine/training/run-state.ts'
import { createTrainer, type RunOutcome } from '../../../engine/training/trainer.ts'
import { TrainingControl } from '../../../engine/training/trainer-control.ts'
import { type Project, templateProject, textProject } from './projects.ts'

const native = loadNative()
const trainer = createTrainer({ native })
const SEED = 17

/** All rows train and are measured after each epoch. */
function measured(project: Project): Project {
  const nodes = Object.fromEntries(
    Object.entries(project.document.nodes).map(([id, node]) =>
      node.type === 'output' ? [id, { ...node, params: { ...node.params, metrics: 'all' } }] : [id, node],
    ),
  )
  const { train } = project.split
  const split = { ...project.split, validation: train }
  return { ...project, document: { ...project.document, nodes }, split }
}

/** 300 points of two overlapping clouds, one in ten of the class b; `weight` is what balanced class weights come to. */
function rareClass(plan: Partial<TrainingPlan>): Project {
  const random = new Random(SEED, 800)
  const rows = Array.from({ length: 300 }, (_, row) => {
    const rare = row % 10 === 0
    const [x, z] = [random.normal() + (rare ? 1.5 : 0), random.normal()]
    return `${x.toFixed(4)},${z.toFixed(4)},${rare ? 300 / (2 * 30) : 300 / (2 * 270)},${rare ? 'b' : 'a'}`
  })
  const csv = `x,z,weight,y\n${rows.join('\n')}\n`
  const layers = [
    { type: 'input', name: 'input' },
    { type: 'dense', name: 'last', params: { units: 1, activation: 'sigmoid' } },
    { type: 'output', name: 'answer' },
  ]
  return textProject(csv, layers, { epochs: 60, seed: SEED, ...plan }, (description) => ({
    ...description,
    columns: description.columns.map((column) =>
      column.name === 'weight' ? { ...column, role: 'ignore' as const } : column,
    ),
    split: { ...description.split, test: 0, validation: 0 },
  }))
}

async function recallOf(project: Project): Promise<{ outcome: RunOutcome; recall: number }> {
  const outcome = await trainer.train(project)
  const { metrics } = await evaluateRows(native, outcome.model, project.table, project.split.train)
  return { outcome, recall: metrics.recall as number }
}

describe('weights of samples', () => {
  it('balanced, let a rare class be found that is overlooked without', async () => {
    const plain = await recallOf(rareClass({}))
    const balanced = await recallOf(rareClass({ classWeight: 'balanced' }))
    expect(plain.recall).toBeLessThan(0.5)
    expect(balanced.recall).toBeGreaterThan(0.7)
  })

  it('from a column that holds the balanced weights, train to the same numbers', async () => {
    const balanced = await trainer.train(rareClass({ classWeight: 'balanced', epochs: 5 }))
    const column = await trainer.train(rareClass({ sampleWeight: 'weight', epochs: 5 }))
    for (const [index, value] of balanced.model.persistent.entries())
      expect(Math.abs(value - (column.model.persistent[index] as number))).toBeLessThan(1e-6)
    expect(balanced.history.at(-1)?.metrics.loss).toBeCloseTo(column.history.at(-1)?.metrics.loss as number, 6)
  })

  it.each([
    ['weigth', 'Did you mean "weight"?'],
    ['y', 'Choose a numeric column.'],
    ['x', 'Correct the column, or leave the field empty.'],
  ])('refuses the column %s', async (sampleWeight, fix) => {
    await expect(trainer.train(rareClass({ sampleWeight }))).rejects.toMatchObject({
      code: 'training.sample-weight',
      details: { where: 'training.sampleWeight', fix },
    })
  })
})

function digits(schedule: TrainingPlan['schedule'], plan: Partial<TrainingPlan> = {}): Project {
  const project = templateProject('digits')
  return { ...project, plan: { ...project.plan, epochs: 5, schedule, ...plan } }
}

describe('a schedule that changes at every step', () => {
  it('is taken up where a run was stopped, to the bit', async () => {
    const project = digits({ type: 'one_cycle', params: {} })
    const whole = await trainer.train(project)
    const control = new TrainingControl()
    const stopped = await trainer.train({
      ...project,
      control,
      onEvent: (event) => {
        if (event.type === 'epochs' && event.records.some(({ epoch }) => epoch >= 2)) control.stop()
      },
    })
    const { last, best, history } = stopped
    const state = runStateFromJson(JSON.parse(JSON.stringify(runStateToJson(last.state))))
    const resumed = await trainer.train({ ...project, resumeFrom: { last: { ...last, state }, best, history } })
    expect(resumed.history.map(({ learningRate }) => learningRate)).toEqual(
      whole.history.map(({ learningRate }) => learningRate),
    )
    expect(resumed.model.persistent).toEqual(whole.model.persistent)
  })

  it('trains otherwise than one rate an epoch', async () => {
    const constant = await trainer.train(digits({ type: 'constant', params: {} }, { epochs: 1 }))
    const cosine = await trainer.train(digits({ type: 'cosine', params: {} }, { epochs: 1 }))
    expect(cosine.history[0]?.learningRate).toBe(constant.history[0]?.learningRate)
    expect(cosine.model.persistent).not.toEqual(constant.model.persistent)
  })
})

it('reduction on a plateau lowers the rate once the watched number stops falling', async () => {
  const params = { patience: 2, factor: 0.5, minDelta: 100 }
  const { history } = await trainer.train(digits({ type: 'reduce_on_plateau', params }, { epochs: 7 }))
  const rates = history.map(({ learningRate }) => learningRate)
  const first = rates[0] as number
  expect(rates.map((rate) => rate / first)).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25])
})

describe('every optimiser and schedule', () => {
  it.each(['clipped', 'decayed'])('gives the same bits on 1, 2 and 4 threads, %s', async (kind) => {
    const params =
      kind === 'clipped' ? { clipping: 'global_norm', clipLimit: 0.5, amsgrad: true } : { weightDecay: 0.1 }
    const optimizer = { type: kind === 'clipped' ? 'adam' : 'nadam', params }
    const project = digits({ type: 'cosine', params: { warmupEpochs: 1 } }, { epochs: 2, optimizer })
    const one = await trainer.train({ ...project, threads: 1 })
    for (const threads of [2, 4])
      expect((await trainer.train({ ...project, threads })).model.persistent).toEqual(one.model.persistent)
  })
})

describe('metrics measured after each epoch', () => {
  /** The last epoch's validation metrics beside the report of the same rows. */
  async function both(project: Project) {
    const outcome = await trainer.train(measured(project))
    const { metrics } = await evaluateRows(native, outcome.model, project.table, project.split.train)
    const live = (name: string) => outcome.history.at(-1)?.metrics[`validation_${name}`]
    return { live, report: metrics }
  }

  it('are precision, recall and F1 of two classes, as in the report', async () => {
    const { live, report } = await both(rareClass({ classWeight: 'balanced', epochs: 20 }))
    for (const name of ['accuracy', 'precision', 'recall', 'f1']) expect(live(name)).toBeCloseTo(report[name] ?? -1, 12)
    expect(live('precision')).not.toBeCloseTo(live('recall') as number, 2)
  })

  it('are errors in source units and R² of numbers, as in the report', async () => {
    const project = templateProject('diabetes')
    const { live, report } = await both({ ...project, plan: { ...project.plan, epochs: 5 } })
    expect((live('root_mean_squared_error') as number) / (report.rmse as number)).toBeCloseTo(1, 5)
    expect((live('mean_absolute_error') as number) / (report.mae as number)).toBeCloseTo(1, 5)
    expect(live('r2_score')).toBeCloseTo(report.r2 as number, 5)
  })

  it('hold the top-5 accuracy where there are more than five classes', async () => {
    const { live } = await both(digits({ type: 'constant', params: {} }, { epochs: 1 }))
    expect(live('top_k_categorical_accuracy')).toBeGreaterThan(live('accuracy') as number)
    expect(live('top_k_categorical_accuracy')).toBeLessThanOrEqual(1)
  })

  it('may be chosen one by one, and are refused where they do not fit', async () => {
    const project = digits({ type: 'constant', params: {} }, { epochs: 1 })
    const chosen = async (metricList: string[]) => {
      const changed = applyOverrides(project, { 'digit.metrics': 'none', 'digit.metricList': metricList })
      return trainer.train({ ...project, document: changed.document })
    }
    const { history } = await chosen(['macro_f1', 'log_loss'])
    const names = ['loss', 'macro_f1', 'log_loss']
    expect(Object.keys(history[0]!.metrics)).toEqual([...names, ...names.map((name) => `validation_${name}`)])
    await expect(chosen(['auroc'])).rejects.toMatchObject({
      code: 'output.metric',
      details: { where: 'digit', received: 'auroc', expected: expect.stringContaining('weighted_recall') },
    })
    await expect(chosen(['accuracy', 'accuracy'])).rejects.toMatchObject({ code: 'override.value' })
  })

  it('are averages over classes, as in the report', async () => {
    const { live, report } = await both(digits({ type: 'constant', params: {} }, { epochs: 2 }))
    expect(live('macro_f1')).toBeCloseTo(report.f1_macro ?? -1, 10)
  })

  it('may be what early stopping watches', async () => {
    const project = measured(rareClass({ classWeight: 'balanced', epochs: 40 }))
    const earlyStopping = { ...project.plan.earlyStopping, enabled: true, monitor: 'validation_f1', patience: 3 }
    const { history, epoch } = await trainer.train({ ...project, plan: { ...project.plan, earlyStopping } })
    const values = history.map(({ metrics }) => metrics.validation_f1 as number)
    expect(values[epoch - 1]).toBe(Math.max(...values))
  })
})
