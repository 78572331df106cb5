import { LaminaError } from '../base/errors.ts'
import type { LossDeclaration, MetricDeclaration } from '../compile/types.ts'
import { adversarialMeasures } from '../compile/types.ts'

/** What a GAN is followed by; the compiler measures them itself. */
export const adversarialMetrics: readonly MetricDeclaration[] = adversarialMeasures.map((type) => ({
  type,
  label: type.replaceAll('_', ' '),
  help: 'Of a GAN.',
  better: type.endsWith('accuracy') ? 'higher' : 'lower',
  lower() {
    throw new Error(`${type} is measured by the compiler`)
  },
}))

/** Losses by which two networks can be set against each other: from probabilities, or least squares. */
const adversarial: readonly string[] = ['binary_crossentropy', 'mean_squared_error']

/** Throws `loss.adversarial` for a loss that two networks cannot play against each other with. */
export function checkAdversarialLoss(loss: LossDeclaration): void {
  if (adversarial.includes(loss.type)) return
  throw new LaminaError({
    code: 'loss.adversarial',
    message: `A GAN is not trained by ${loss.label}.`,
    expected: 'binary cross-entropy (with sigmoid) or mean squared error (with a linear last layer)',
    received: loss.label,
    fix: 'Set the loss to auto: it follows from the last activation.',
  })
}
