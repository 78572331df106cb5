import { defineHealthRule } from './rule.ts'

const EPOCHS = 10
const NEAR = 0.05

/** Losses of discriminator and generator when the former says one half of everything: cross-entropy, and least squares. */
const draws = [
  { name: '2 ln 2 and ln 2', discriminator: 2 * Math.LN2, generator: Math.LN2 },
  { name: '1/2 and 1/4', discriminator: 0.5, generator: 0.25 },
]

const near = (value: number | undefined, goal: number) => Math.abs((value ?? Infinity) - goal) <= NEAR * goal

/** Both losses stand where the discriminator can only guess (Goodfellow et al. 2014, theorem 1). */
export const balance = defineHealthRule({
  id: 'balance',
  label: 'Balance',
  of: 'adversarial',
  check(history) {
    const recent = history.slice(-EPOCHS)
    const last = recent.at(-1)
    if (!last || recent.length < EPOCHS) return null
    const draw = draws.find(({ discriminator, generator }) =>
      recent.every(
        ({ metrics }) => near(metrics.discriminator_loss, discriminator) && near(metrics.generator_loss, generator),
      ),
    )
    if (!draw) return null
    const { discriminator_loss: discriminator, generator_loss: generator } = last.metrics as Record<string, number>
    return {
      epoch: last.epoch,
      message: `Losses of discriminator and generator are ${discriminator!.toPrecision(4)} and ${generator!.toPrecision(4)}, close to ${draw.name}: the discriminator guesses.`,
      why: 'Where generated samples look real this is the balance a GAN is trained for; where they do not, the discriminator is too weak to teach and needs more units or a higher learning rate.',
    }
  },
})
