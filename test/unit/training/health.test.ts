import { describe, expect, it } from 'vitest'
import { HealthMonitor, healthRules, healthRulesOf } from '../../../engine/training/health/index.ts'
import type { EpochRecord } from '../../../engine/training/history.ts'

function historyOf(losses: readonly number[], validation?: readonly number[]): EpochRecord[] {
  return losses.map((loss, index) => ({
    epoch: index + 1,
    learningRate: 0.1,
    seconds: 0,
    metrics: { loss, ...(validation ? { validation_loss: validation[index] as number } : {}) },
  }))
}

function symptoms(history: EpochRecord[], adversarial = false): string[] {
  const warnings = new HealthMonitor(healthRulesOf(adversarial)).check(history)
  for (const { message, why } of warnings) expect([message, why].every((text) => text.endsWith('.'))).toBe(true)
  return warnings.map(({ rule }) => rule)
}

const range = (count: number, value: (index: number) => number) => Array.from({ length: count }, (_, i) => value(i))

describe('health rules', () => {
  it('say nothing while training and validation loss fall', () => {
    const falling = range(60, (i) => 1 / (i + 1))
    expect(symptoms(historyOf(falling, falling))).toEqual([])
  })

  it('see overfitting when validation rises while training still falls', () => {
    const train = range(30, (i) => 1 / (i + 1))
    const rising = range(30, (i) => 0.5 + Math.abs(i - 8) / 20)
    expect(symptoms(historyOf(train, rising))).toEqual(['overfitting'])
    expect(symptoms(historyOf(train.slice(0, 12), rising.slice(0, 12)))).toEqual([])
  })

  it('see a loss that stands still, but not one that is done', () => {
    const still = range(40, (i) => (i < 5 ? 2 - i / 5 : 0.7))
    expect(symptoms(historyOf(still))).toEqual(['plateau'])
    expect(symptoms(historyOf(still.map((loss) => loss / 1e4)))).toEqual([])
  })

  it('see a loss that rises', () => {
    expect(symptoms(historyOf([1, 0.9, 1.2, 2, 3]))).toEqual(['divergence'])
    expect(symptoms(historyOf([1, 0.9, 1.2, 0.9, 3]))).toEqual([])
  })

  it('see that nothing is learned', () => {
    expect(symptoms(historyOf(range(12, (i) => 1 - i / 5000)))).toContain('underfitting')
  })

  it('report each symptom once a run', () => {
    const monitor = new HealthMonitor(healthRulesOf(false))
    const history = historyOf([1, 2, 3, 4])
    expect(monitor.check(history)).toHaveLength(1)
    expect(monitor.check(history)).toHaveLength(0)
  })

  /** Epochs of a GAN: losses of discriminator and generator, what the former gets right of real and generated samples. */
  const game = (epochs: number, discriminator: number, generator: number, right: [number, number]) =>
    range(epochs, (i) => i).map((index) => ({
      epoch: index + 1,
      learningRate: 0.1,
      seconds: 0,
      metrics: {
        loss: discriminator + generator,
        discriminator_loss: discriminator,
        generator_loss: generator,
        real_accuracy: right[0],
        generated_accuracy: right[1],
      },
    }))

  it('do not take the losses of a GAN for one that is to fall', () => {
    const swings = game(60, 1.1, 0.9, [0.6, 0.7]).map((record, index) => ({
      ...record,
      metrics: { ...record.metrics, loss: index < 4 ? 2 ** index : 9, validation_loss: 1 + index },
    }))
    expect(symptoms(swings)).not.toEqual([])
    expect(symptoms(swings, true)).toEqual([])
  })

  it('see a discriminator that is never wrong, and one that is always fooled', () => {
    expect(symptoms(game(5, 0.02, 6, [1, 0.995]), true)).toEqual(['discriminator-wins'])
    expect(symptoms(game(4, 0.02, 6, [1, 0.995]), true)).toEqual([])
    expect(symptoms(game(5, 0.02, 6, [1, 0.9]), true)).toEqual([])
    expect(symptoms(game(5, 2.5, 0.1, [0.9, 0.02]), true)).toEqual(['discriminator-fooled'])
    expect(symptoms(game(5, 2.5, 0.1, [0.9, 0.3]), true)).toEqual([])
  })

  it('call losses at ln 2 the balance they are, by cross-entropy and by least squares', () => {
    expect(symptoms(game(10, 1.39, 0.7, [0.5, 0.5]), true)).toEqual(['balance'])
    expect(symptoms(game(10, 0.49, 0.26, [0.5, 0.5]), true)).toEqual(['balance'])
    expect(symptoms(game(9, 1.39, 0.7, [0.5, 0.5]), true)).toEqual([])
    expect(symptoms(game(10, 1.39, 1.4, [0.5, 0.5]), true)).toEqual([])
  })

  it('have ids of their own and stand an empty history', () => {
    expect(new Set(healthRules.map(({ id }) => id)).size).toBe(healthRules.length)
    for (const rule of healthRules) expect(rule.check([])).toBeNull()
  })
})
