import { describe, expect, it } from 'vitest'
import { scheduledLearningRate, schedules } from '../../../engine/training/schedules/registry.ts'

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

  it('starts at the initial rate, apart from a step at every epoch', () => {
    for (const { type } of schedules) expect(rate(type, {}, 0, 0.3)).toBeCloseTo(0.3, 12)
  })

  it('refuses an unknown schedule', () => {
    expect(() => rate('linear', {}, 0)).toThrowError(expect.objectContaining({ code: 'plan.schedule' }))
  })
})
