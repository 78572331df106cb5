import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import { createTrainer, type RunOutcome } from '../../../engine/training/trainer.ts'
import { templateProject } from './projects.ts'

const trainer = createTrainer({ native: loadNative() })
const project = templateProject('digits')

function train(precision: 'float32' | 'bfloat16', threads: number, seed: number): Promise<RunOutcome> {
  return trainer.train({ ...project, plan: { ...project.plan, epochs: 40, precision }, threads, seed })
}

const accuracyOf = ({ history }: RunOutcome): number => history.at(-1)?.metrics.validation_accuracy ?? Number.NaN

describe('training with products of bfloat16 numbers', () => {
  it('gives the same bits on 1, 2 and 4 threads, and other weights than float32', async () => {
    const one = await train('bfloat16', 1, 1)
    for (const threads of [2, 4])
      expect((await train('bfloat16', threads, 1)).model.persistent).toEqual(one.model.persistent)
    expect((await train('float32', 1, 1)).model.persistent).not.toEqual(one.model.persistent)
  })

  it('is as accurate on digits as float32, to within what seeds differ by', async () => {
    const differences: number[] = []
    for (const seed of [1, 2, 3, 4]) {
      const [full, half] = [accuracyOf(await train('float32', 0, seed)), accuracyOf(await train('bfloat16', 0, seed))]
      expect(full).toBeGreaterThan(0.93)
      expect(half).toBeGreaterThan(0.93)
      differences.push(half - full)
    }
    // 144 rows are judged: one of them is 0.7 points.
    expect(Math.abs(differences.reduce((sum, value) => sum + value, 0) / 4)).toBeLessThan(0.015)
  })

  it('is a field of the plan that refuses what it is not', async () => {
    const plan = { ...project.plan, precision: 'float16' as 'float32' }
    await expect(trainer.train({ ...project, plan })).rejects.toMatchObject({ code: 'plan.precision' })
  })
})
