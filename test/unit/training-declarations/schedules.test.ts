import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import { scheduledLearningRate, schedules } from '../../../engine/training/schedules/registry.ts'
import type { ScheduledRun } from '../../../engine/training/schedules/schedule.ts'
import { agree } from '../../support/parity.ts'

const rate = (type: string, params: Record<string, number>, epoch: number, initial = 0.1) =>
  scheduledLearningRate({ type, params }, epoch, initial)

describe('learning-rate schedules', () => {
  it('gives the course numbers (example 10)', () => {
    expect(rate('time_based', { k: 0.01 }, 100)).toBeCloseTo(0.05, 12)
    expect(rate('step', { drop: 0.5, epochsDrop: 10 }, 19)).toBeCloseTo(0.025, 12)
  })

  it('drops at the tenth, twentieth ... epoch', () => {
    const steps = [0, 8, 9, 18, 19, 28].map((epoch) => rate('step', { drop: 0.5, epochsDrop: 10 }, epoch, 1))
    expect(steps).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25])
  })

  it('decays exponentially', () => {
    expect(rate('exponential', { k: 0.1 }, 10, 1)).toBeCloseTo(Math.exp(-1), 12)
  })

  it('starts at the initial rate, apart from one cycle, which rises to it', () => {
    expect(rate('one_cycle', {}, 0, 0.3)).toBeCloseTo(0.3 / 25, 12)
    for (const { type } of schedules.filter((item) => item.type !== 'one_cycle'))
      expect(rate(type, {}, 0, 0.3)).toBeCloseTo(0.3, 12)
  })

  it('grows by the same factor at every step of a range test, up to the largest rate', () => {
    const run = { epochs: 2, stepsPerEpoch: 3 }
    const rates = Array.from({ length: 6 }, (_, step) =>
      scheduledLearningRate({ type: 'range_test', params: { maxLearningRate: 1 } }, step / 3, 1e-5, run),
    )
    for (const [step, value] of rates.entries()) expect(Math.log10(value)).toBeCloseTo(step - 5, 12)
  })

  it('refuses an unknown schedule', () => {
    expect(() => rate('linear', {}, 0)).toThrowError(expect.objectContaining({ code: 'plan.schedule' }))
  })
})

interface GoldenCase {
  name: string
  type: string
  library: 'Keras' | 'PyTorch'
  params: JsonObject
  initial: number
  epochs: number
  stepsPerEpoch: number
  better?: ScheduledRun['better']
  watched?: number[]
  /** One a step; for a schedule that watches, one an epoch. */
  rates: number[]
}

const file = join(import.meta.dirname, '../../golden/schedules.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as { keras: string; torch: string; cases: GoldenCase[] }

describe(`schedules of Keras ${golden.keras} and PyTorch ${golden.torch}`, () => {
  it('at three settings at least of every schedule', () => {
    for (const { type } of schedules)
      expect(golden.cases.filter((item) => item.type === type).length, type).toBeGreaterThanOrEqual(3)
  })

  // Keras computes its schedules in float32, and polynomials end by subtracting from 1.
  it.each(golden.cases.map((item) => [item.name, item.library, item] as const))('%s, %s', (_, _library, item) => {
    const { epochs, stepsPerEpoch, watched = [], better = 'lower' } = item
    const rates = item.rates.map((_rate, index) => {
      const epoch = item.watched ? index : index / stepsPerEpoch
      const run = { epochs, stepsPerEpoch, watched: watched.slice(0, index), better }
      return scheduledLearningRate({ type: item.type, params: item.params }, epoch, item.initial, run)
    })
    const compared = { actual: rates, expected: item.rates, what: item.name, scale: item.initial }
    agree({ kind: 'schedule', item: item.type, library: item.library, quantity: 'rates', ...compared })
    if (item.type !== 'constant') expect(new Set(item.rates).size).toBeGreaterThan(1)
  })
})
