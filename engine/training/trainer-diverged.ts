import { LaminaError } from '../base/errors.ts'

/** Where a run stood when its numbers were no longer finite. */
export interface Divergence {
  /** Epochs completed. */
  epoch: number
  step: number
  learningRate: number
  /** Training loss of the step; absent when it was the weights. */
  loss?: number | undefined
  savedEpoch: number
}

export function allFinite(numbers: Float32Array): boolean {
  for (const number of numbers) if (!Number.isFinite(number)) return false
  return true
}

/** The error `training.diverged`. */
export function diverged({ epoch, step, learningRate, savedEpoch, ...found }: Divergence): LaminaError {
  const ofLoss = 'loss' in found
  return new LaminaError({
    code: 'training.diverged',
    message: `Training diverged in epoch ${epoch + (ofLoss ? 1 : 0)}${ofLoss ? `, step ${step}` : ''}: the ${ofLoss ? 'loss' : 'weights'} ran out of the range of numbers.`,
    where: 'training.optimizer.learningRate',
    expected: 'a finite loss and finite weights',
    received: ofLoss
      ? `loss ${found.loss} at learning rate ${learningRate}`
      : `weights that are not finite at learning rate ${learningRate}`,
    fix: `Lower the learning rate (try ${Number((learningRate / 10).toPrecision(2))}), or scale the inputs (standardize).`,
    data: { epoch: epoch + 1, step, learningRate, lastCheckpointEpoch: savedEpoch },
  })
}
