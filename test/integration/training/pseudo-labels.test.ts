import { describe, expect, it } from 'vitest'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { loadNative } from '../../../engine/native/index.ts'
import type { TrainingPlan } from '../../../engine/training/plan.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { clouds, counts, pseudoLabels, smoothed, withPseudo } from './few-labels.ts'
import { templateProject } from './projects.ts'

const native = loadNative()
const trainer = createTrainer({ native })

describe('pseudo-labels', () => {
  it('make more of 100 labelled digits than supervised learning does, on test rows, over five seeds', async () => {
    const project = templateProject('semi-supervised-digits')
    const accuracyOf = async (plan: TrainingPlan, seed: number) => {
      const { model, split } = await trainer.train({ ...project, plan, seed, threads: 2 })
      return (await evaluateRows(native, model, project.table, split.test)).metrics.accuracy as number
    }
    const supervised = { ...project.plan, pseudoLabels: { ...project.plan.pseudoLabels, enabled: false } }
    const seeds = [1, 2, 3, 4, 5]
    const without: number[] = []
    const within: number[] = []
    for (const seed of seeds) {
      without.push(await accuracyOf(supervised, seed))
      within.push(await accuracyOf(project.plan, seed))
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    const shown = (values: number[]) =>
      `${mean(values).toFixed(4)} (${values.map((each) => each.toFixed(3)).join(' ')})`
    console.log(`test accuracy of 100 labels: supervised ${shown(without)}, pseudo-labels ${shown(within)}`)
    expect(mean(within)).toBeGreaterThan(mean(without) + 0.015)
    for (const [index, value] of within.entries()) expect(value).toBeGreaterThan((without[index] as number) - 0.005)
  }, 120_000)

  it('are chosen after the warm-up, by what the network predicts, among unlabelled training rows alone', async () => {
    const project = clouds({ plan: { ...withPseudo({ everyEpochs: 3 }), epochs: 7 } })
    const { history, last, split } = await trainer.train(project)
    expect(split.train.length).toBe(24)
    expect(split.unlabelled).toHaveLength(216)
    expect(counts(history).slice(0, 2)).toEqual([0, 0])
    expect(counts(history)[2]).toBeGreaterThan(20)
    // Chosen before epochs 3 and 6.
    expect(counts(history)[3]).toBe(counts(history)[2])
    expect(counts(history)[4]).toBe(counts(history)[2])
    expect(last.state.pseudoLabels?.epoch).toBe(6)

    const before = await trainer.train({ ...project, plan: { ...project.plan, epochs: 5 } })
    const predictions = await predictTable(native, before.model, project.description, project.table, {
      rows: split.unlabelled!,
    })
    const output = predictions.outputs[0]!
    if (output.kind !== 'classes') throw new Error('classes')
    const chosen: [number, number][] = []
    for (const [at, row] of split.unlabelled!.entries()) {
      const of = Array.from(output.scores.subarray(3 * at, 3 * at + 3))
      if (Math.max(...of) >= pseudoLabels.threshold) chosen.push([row, of.indexOf(Math.max(...of))])
    }
    expect(last.state.pseudoLabels?.rows).toEqual(chosen.map(([row]) => row))
    expect(last.state.pseudoLabels?.classes).toEqual(chosen.map(([, label]) => label))
    const kept = new Set([...split.validation, ...split.test, ...split.train])
    expect(last.state.pseudoLabels?.rows.some((row) => kept.has(row))).toBe(false)
  })

  it('leave figures of training to rows that have a label', async () => {
    const project = clouds()
    const { model, history, split } = await trainer.train(project)
    const report = await evaluateRows(native, model, project.table, split.train)
    expect(history.at(-1)?.metrics.accuracy).toBe(report.metrics.accuracy)
    expect(history.at(-1)?.metrics.loss).toBeCloseTo(report.loss, 6)
    const validation = await evaluateRows(native, model, project.table, split.validation)
    expect(history.at(-1)?.metrics.validation_loss).toBeCloseTo(validation.loss, 6)
  })

  it('train exactly like supervised learning until rows are chosen', async () => {
    const settings = { epochs: 4, ...withPseudo({ warmupEpochs: 4 }) }
    const on = await trainer.train(clouds({ plan: settings }))
    // Features are scaled by all training rows, labelled or not, so that scaling is taken over.
    const off = await trainer.train({
      ...clouds({ plan: { ...settings, ...withPseudo({ enabled: false }) } }),
      fitted: on.model.fitted,
    })
    expect(on.model.persistent).toEqual(off.model.persistent)
    expect(counts(off.history)).toEqual([undefined, undefined, undefined, undefined])
  })

  it.each([
    ['one unit', { classes: 2 as const, last: { units: 1, activation: 'sigmoid' } }],
    ['smoothed one-hot targets', { last: { units: 3, activation: 'softmax' } }],
    ['balanced classes', { plan: { classWeight: 'balanced' as const } }],
    ['a column of weights', { plan: { sampleWeight: 'weight' } }],
    ['no shuffling, full batches', { plan: { shuffle: false, batchSize: 24 } }],
    ['a rate at every step', { plan: { schedule: { type: 'one_cycle', params: {} } } }],
  ])('give the same bits on 1, 2 and 4 threads: %s', async (name, change) => {
    const made = clouds(change)
    const project = name.startsWith('smoothed') ? smoothed(made) : made
    const one = await trainer.train({ ...project, threads: 1 })
    expect(counts(one.history).at(-1)).toBeGreaterThan(20)
    for (const threads of [2, 4]) {
      const other = await trainer.train({ ...project, threads })
      expect(other.model.persistent).toEqual(one.model.persistent)
      expect(other.history.map(({ metrics }) => metrics)).toEqual(one.history.map(({ metrics }) => metrics))
      expect(other.last.state.pseudoLabels).toEqual(one.last.state.pseudoLabels)
    }
  })
})
