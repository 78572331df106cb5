import { describe, expect, it } from 'vitest'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { defaultPlan } from '../../../engine/training/plan.ts'
import { irisData, single } from './documents.ts'

describe('a training plan', () => {
  it('refuses a batch larger than the rows that train', () => {
    const plan = { ...defaultPlan, batchSize: 151 }
    const [problem] = validateDocument(single(3, 'softmax'), { dataset: irisData, plan })
    expect(problem).toMatchObject({ code: 'training.batch-larger-than-data', expected: 'at most 150', received: '151' })
    const part = validateDocument(single(3, 'softmax'), { dataset: irisData, plan: defaultPlan, trainingRows: 20 })
    expect(part).toMatchObject([{ code: 'training.batch-larger-than-data', expected: 'at most 20' }])
  })

  it('warns of a warm-up that takes the whole run', () => {
    const warned = (warmupEpochs: number, epochs = 20) => {
      const plan = { ...defaultPlan, epochs, schedule: { type: 'cosine', params: { warmupEpochs } } }
      return validateDocument(single(3, 'softmax'), { dataset: irisData, plan })
    }
    expect(warned(2)).toEqual([])
    for (const [warmup, message] of [
      [20, 'the rate never falls.'],
      [30, 'nor does it reach its full height.'],
    ] as const)
      expect(warned(warmup)).toMatchObject([
        {
          severity: 'warning',
          code: 'training.warmup-too-long',
          message: expect.stringContaining(message),
          where: 'training.schedule.warmupEpochs',
          received: String(warmup),
        },
      ])
  })

  it('warns of pseudo-labels that would begin after the last epoch', () => {
    const warned = (warmupEpochs: number) => {
      const plan = { ...defaultPlan, epochs: 10, pseudoLabels: { ...defaultPlan.pseudoLabels, enabled: true, warmupEpochs } } // biome-ignore format: one plan
      return validateDocument(single(3, 'softmax'), { dataset: irisData, plan, trainingRows: 60, unlabelledRows: 40 })
    }
    expect(warned(9)).toEqual([])
    expect(warned(10)).toMatchObject([
      { severity: 'warning', code: 'training.warmup-too-long', where: 'training.pseudoLabels.warmupEpochs' },
    ])
  })
})
