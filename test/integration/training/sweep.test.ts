import { describe, expect, it } from 'vitest'
import type { Json } from '../../../engine/base/json.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { TrainingControl } from '../../../engine/training/trainer-control.ts'
import { parseSpace } from '../../../engine/tuning/space.ts'
import { runSweep, type SweepEvent, type SweepRequest, sweepCost } from '../../../engine/tuning/sweep.ts'
import type { TrialResult } from '../../../engine/tuning/trial.ts'
import { clouds, pseudoLabels } from './few-labels.ts'
import { templateProject } from './projects.ts'

const native = loadNative()

function sweepOf(space: Json, change: Partial<SweepRequest> = {}, id = 'iris'): SweepRequest {
  const project = templateProject(id)
  const base = { ...project, plan: { ...project.plan, epochs: 30 } }
  return { base, space: parseSpace(space), strategy: 'grid', protocol: { kind: 'holdout' }, ...change }
}

const grid = { 'hidden_1.units': [4, 16], 'training.optimizer.learningRate': [0.0001, 0.01] }

/** All but the times. */
function numbersOf(trials: readonly TrialResult[]): unknown[] {
  return trials.map(({ seconds: _, ...numbers }) => numbers)
}

describe('a sweep', () => {
  it('ranks every combination, best first', async () => {
    const result = await runSweep(native, sweepOf(grid))
    expect(result).toMatchObject({ status: 'completed', metric: 'accuracy', better: 'higher' })
    expect(result.trials.map(({ overrides }) => Object.values(overrides))).toEqual([
      [4, 0.0001],
      [4, 0.01],
      [16, 0.0001],
      [16, 0.01],
    ])
    const scores = result.ranking.map((index) => result.trials[index]?.score as number)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(result.best?.overrides['training.optimizer.learningRate']).toBe(0.01)
    expect(scores[0]).toBeGreaterThan(scores.at(-1) as number)
  })

  it('has the same numbers whatever the parallelism', async () => {
    const alone = await runSweep(native, sweepOf(grid, { parallel: 1 }))
    const together = await runSweep(native, sweepOf(grid, { parallel: 4 }))
    expect(numbersOf(together.trials)).toEqual(numbersOf(alone.trials))
    expect(together.ranking).toEqual(alone.ranking)
  })

  it('tells its cost before it starts', async () => {
    const protocol = { kind: 'kfold', k: 3, stratified: true } as const
    const request = sweepOf({ ...grid, 'training.epochs': [10, 20] }, { protocol })
    expect(sweepCost(request)).toEqual({ trials: 8, folds: 3, epochs: 8 * 3 * 15, sampleVisits: 8 * 3 * 15 * 80 })
    const events: SweepEvent[] = []
    await runSweep(native, { ...request, trials: 1, onEvent: (event) => events.push(event) })
    expect(events[0]).toMatchObject({ type: 'started', cost: { trials: 1, folds: 3, epochs: 30 } })
  })

  it('counts rows without a label where they train, by pseudo-labels, and nowhere else', () => {
    const project = clouds({ every: 10, plan: { pseudoLabels: { ...pseudoLabels, enabled: false } } })
    const [train, labelled] = [240, 24]
    expect(project.split.train).toHaveLength(train)
    const visits = (space: Json) => {
      const request = {
        base: project,
        space: parseSpace(space),
        strategy: 'grid',
        protocol: { kind: 'holdout' },
      } as const
      return sweepCost(request).sampleVisits
    }
    expect(visits({ 'training.epochs': [1, 2] })).toBe(3 * labelled)
    expect(visits({ 'training.epochs': [2], 'training.pseudoLabels.enabled': [true] })).toBe(2 * train)
  })

  it('scores by k-fold over train and validation rows, never over test rows', async () => {
    const protocol = { kind: 'kfold', k: 3, stratified: true } as const
    const request = sweepOf({ 'hidden_1.units': [8] }, { protocol })
    const { best } = await runSweep(native, request)
    expect(best?.folds?.accuracy?.folds).toHaveLength(3)
    expect(best?.score).toBe(best?.folds?.accuracy?.mean)
    const { split } = request.base
    const without = { ...request.base, split: { ...split, test: new Int32Array() } }
    expect((await runSweep(native, { ...request, base: without })).best?.score).toBe(best?.score)
  })

  it('goes on after a trial that fails, and says why it failed', async () => {
    const space = { 'training.optimizer': ['sgd'], 'training.optimizer.learningRate': [0.01, 1000] }
    const result = await runSweep(native, sweepOf(space, {}, 'diabetes'))
    expect(result.trials.map(({ status }) => status)).toEqual(['completed', 'failed'])
    expect(result.trials[1]?.error).toMatchObject({ code: 'training.diverged' })
    expect(result).toMatchObject({ metric: 'rmse', better: 'lower', ranking: [0], status: 'completed' })
  })

  it('varies optimisers together with their own parameters', async () => {
    const space = { 'training.optimizer': ['sgd', 'adam'], 'training.optimizer.momentum': [0.9] }
    const result = await runSweep(native, sweepOf(space))
    expect(result.trials.map(({ status }) => status)).toEqual(['completed', 'failed'])
    expect(result.trials[1]?.error?.code).toBe('override.unknown-path')
  })

  it('can be stopped, and goes on with what was done', async () => {
    const control = new TrainingControl()
    const onEvent = (event: SweepEvent) => {
      if (event.type === 'trial-completed' && event.completed === 2) control.stop()
    }
    const part = await runSweep(native, sweepOf(grid, { control, onEvent, parallel: 1 }))
    expect(part.status).toBe('stopped')
    const done = part.trials.filter(({ status }) => status === 'completed')
    expect(done).toHaveLength(2)
    let begun = 0
    const rest = await runSweep(
      native,
      sweepOf(grid, {
        done,
        onEvent: (event) => {
          if (event.type === 'trial-started') begun += 1
        },
      }),
    )
    expect(begun).toBe(2)
    expect(numbersOf(rest.trials)).toEqual(numbersOf((await runSweep(native, sweepOf(grid))).trials))
  })

  it('answers a stop within a second, whatever its trials are doing', { retry: 2 }, async () => {
    const control = new TrainingControl()
    let asked = 0
    const request = sweepOf({ 'training.epochs': [900_000, 1_000_000] }, {}, 'digits')
    const onEvent = (event: SweepEvent) => {
      if (event.type !== 'trial-progress' || event.event.type !== 'progress' || asked > 0) return
      asked = performance.now()
      control.stop()
    }
    const result = await runSweep(native, { ...request, control, onEvent })
    expect(performance.now() - asked).toBeLessThan(1000)
    expect(result).toMatchObject({ status: 'stopped', best: null })
    expect(result.trials.every(({ status }) => status === 'stopped')).toBe(true)
  })

  it.each<[string, Partial<SweepRequest> & { space?: SweepRequest['space'] }, string]>([
    ['a path that does not exist', { space: parseSpace({ 'hidden_9.units': [1] }) }, 'override.unknown-path'],
    ['a value out of range', { space: parseSpace({ 'hidden_1.units': [0] }) }, 'override.value'],
    [
      'a range that leaves the parameter',
      { space: parseSpace({ 'hidden_1.units': { min: 0.5, max: 2 } }) },
      'override.value',
    ],
    ['varying the split', { space: parseSpace({ 'data.split.test': [0.1, 0.3] }) }, 'tuning.unsearchable'],
    ['a score of regression for classes', { metric: 'r2' }, 'tuning.unknown-metric'],
    ['random search without an end', { strategy: 'random' }, 'tuning.invalid-trials'],
    ['half a trial', { trials: 1.5 }, 'tuning.invalid-trials'],
    ['an unknown strategy', { strategy: 'magic' }, 'tuning.unknown-strategy'],
  ])('refuses %s before anything runs', async (_, change, code) => {
    const events: SweepEvent[] = []
    const request = { ...sweepOf(grid), ...change, onEvent: (event: SweepEvent) => events.push(event) }
    await expect(runSweep(native, request)).rejects.toMatchObject({ code })
    expect(events).toEqual([])
  })

  it('refuses a hold-out without validation rows', async () => {
    await expect(runSweep(native, sweepOf({ 'hidden_1.units': [4] }, {}, 'xor'))).rejects.toMatchObject({
      code: 'tuning.no-validation',
    })
  })
})
