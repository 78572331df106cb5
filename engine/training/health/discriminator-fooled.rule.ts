import { defineHealthRule } from './rule.ts'

const EPOCHS = 5
const RIGHT = 0.05

/** The discriminator takes nearly every generated sample for real, so the generator has nothing left to learn from it. */
export const discriminatorFooled = defineHealthRule({
  id: 'discriminator-fooled',
  label: 'Discriminator fooled',
  of: 'adversarial',
  check(history) {
    const recent = history.slice(-EPOCHS)
    const last = recent.at(-1)
    if (!last || recent.length < EPOCHS) return null
    if (recent.some(({ metrics }) => !((metrics.generated_accuracy ?? 1) < RIGHT))) return null
    const fooled = 100 * (1 - (last.metrics.generated_accuracy as number))
    return {
      epoch: last.epoch,
      message: `The discriminator takes ${fooled.toPrecision(3)} % of generated samples for real, and has for ${EPOCHS} epochs.`,
      why: 'A generator that always passes learns nothing more: give the discriminator more units or a higher learning rate than the generator has.',
    }
  },
})
