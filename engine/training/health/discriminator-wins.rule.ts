import { defineHealthRule } from './rule.ts'

const EPOCHS = 5
const LOSS = 0.1
const RIGHT = 0.99

/** The discriminator is never wrong, so its verdict is flat where generated samples lie. */
export const discriminatorWins = defineHealthRule({
  id: 'discriminator-wins',
  label: 'Discriminator always right',
  of: 'adversarial',
  check(history) {
    const recent = history.slice(-EPOCHS)
    const last = recent.at(-1)
    if (!last || recent.length < EPOCHS) return null
    const wins = recent.every(
      ({ metrics }) =>
        (metrics.discriminator_loss ?? LOSS) < LOSS &&
        Math.min(metrics.real_accuracy ?? 0, metrics.generated_accuracy ?? 0) >= RIGHT,
    )
    if (!wins) return null
    return {
      epoch: last.epoch,
      message: `Discriminator loss is ${(last.metrics.discriminator_loss as number).toPrecision(4)}: it has told real from generated samples without fail for ${EPOCHS} epochs.`,
      why: 'Then the generator gets next to no gradient that says which way is better: lower the learning rate of the discriminator, give it dropout or fewer units.',
    }
  },
})
