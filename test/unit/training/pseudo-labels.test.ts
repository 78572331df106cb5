import { describe, expect, it } from 'vitest'
import { defaultPlan } from '../../../engine/training/plan.ts'
import { choosesAt, mostProbable, pseudoLabelWeight } from '../../../engine/training/pseudo-labels.ts'

const settings = { ...defaultPlan.pseudoLabels, weight: 3, warmupEpochs: 100, rampEpochs: 500 }
const epochs = Array.from({ length: 12 }, (_, index) => index + 1)

describe('the weight of pseudo-labels', () => {
  it("is alpha(t) of Lee's experiments, T1 = 100, T2 = 600, 3 in the end", () => {
    const at = (epoch: number) => pseudoLabelWeight(settings, epoch)
    expect([1, 100, 101, 350, 600, 601, 5000].map(at)).toEqual([0, 0, 3 / 500, 1.5, 3, 3, 3])
  })

  it('is whole at once with a ramp of one epoch, also without a warm-up', () => {
    const short = { ...settings, warmupEpochs: 0, rampEpochs: 1 }
    expect(pseudoLabelWeight(short, 1)).toBe(3)
  })
})

describe('rows', () => {
  it('are chosen right after the warm-up and every so many epochs from there', () => {
    const chosen = (change: object) => epochs.filter((epoch) => choosesAt({ ...settings, ...change }, epoch))
    expect(chosen({ warmupEpochs: 3, everyEpochs: 4 })).toEqual([4, 8, 12])
    expect(chosen({ warmupEpochs: 10 })).toEqual([11, 12])
    expect(chosen({ warmupEpochs: 0, everyEpochs: 5 })).toEqual([1, 6, 11])
  })

  it('get their most probable class, the first of equals', () => {
    const { classes, probability } = mostProbable(Float32Array.of(0.25, 0.5, 0.25, 0.125, 0.375, 0.5, 0.5, 0.5, 0), 3)
    expect([...classes]).toEqual([1, 2, 0])
    expect([...probability]).toEqual([0.5, 0.5, 0.5])
  })

  it('get one of two classes from one unit', () => {
    const { classes, probability } = mostProbable(Float32Array.of(0.75, 0.125, 0.5), 1)
    expect([...classes]).toEqual([1, 0, 0])
    expect([...probability]).toEqual([0.75, 0.875, 0.5])
  })
})
