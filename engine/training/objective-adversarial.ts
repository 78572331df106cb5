import { type ErrorDetails, LaminaError } from '../base/errors.ts'
import type { LossDeclaration, MetricDeclaration } from '../compile/types.ts'
import { adversarialMeasures } from '../compile/types.ts'
import type { TrainingPlan } from './plan.ts'
import { findSchedule } from './schedules/registry.ts'

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

/** What of a plan has no place in the turns of a GAN: weights of samples, gathered gradients, and all that goes by a best epoch. */
export function adversarialPlanProblems(plan: TrainingPlan): ErrorDetails[] {
  const { sampleWeight, earlyStopping, schedule } = plan
  const problems: ErrorDetails[] = []
  const refuse = (path: string, details: Pick<ErrorDetails, 'message' | 'expected' | 'received' | 'fix'>) =>
    problems.push({ code: 'training.adversarial', where: `training.${path}`, ...details })
  for (const field of ['optimizer', 'generatorOptimizer'] as const) {
    const steps = Number(plan[field].params.gradientAccumulationSteps ?? 1)
    if (steps > 1)
      refuse(`${field}.gradientAccumulationSteps`, {
        message: 'A GAN gathers no gradients over several steps.',
        expected: '1',
        received: String(steps),
        fix: 'Reset the field; a larger batch size has a like effect.',
      })
  }
  if (sampleWeight !== '')
    refuse('sampleWeight', {
      message: 'A GAN does not weigh its samples.',
      expected: 'no column',
      received: sampleWeight,
      fix: 'Reset the field.',
    })
  if (earlyStopping.enabled)
    refuse('earlyStopping.enabled', {
      message: 'A GAN has no best epoch: one network gets better as the loss of the other gets worse.',
      expected: 'training without early stopping',
      received: 'early stopping',
      fix: 'Switch early stopping off and judge the generated samples in the evaluation.',
    })
  if (findSchedule(schedule.type)?.watches)
    refuse('schedule', {
      message: 'The losses of a GAN do not tell when to lower the learning rate: each rises as the other falls.',
      expected: 'a schedule that goes by the epochs',
      received: schedule.type,
      fix: 'Choose a constant rate or one that falls with the epochs.',
    })
  return problems
}
