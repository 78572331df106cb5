import type { ErrorDetails } from '../base/errors.ts'
import { formatShape } from '../base/shape.ts'
import type { DatasetSignature } from '../graph/document.ts'
import type { ResolvedOutput } from './objectives.ts'
import type { TrainingPlan } from './plan.ts'

type Problem = Omit<ErrorDetails, 'code' | 'where'>

/**
 * Why a network cannot label rows itself: `training.pseudo-labels`; null when it can. It needs one Output that gives the probability of
 * each class of the only target: softmax, or sigmoid over one unit.
 */
export function pseudoLabelsProblem(
  outputs: readonly ResolvedOutput[],
  dataset: DatasetSignature | undefined,
): ErrorDetails | null {
  const problem = severalOutputs(outputs) ?? severalTargets(dataset) ?? noProbability(outputs[0])
  return problem && { ...problem, code: 'training.pseudo-labels', where: 'training.pseudoLabels.enabled' }
}

/** The same where every training row has its label. */
export function nothingToLabel(labelled: number): ErrorDetails {
  return {
    code: 'training.pseudo-labels',
    message: 'There are no rows to be given a pseudo-label.',
    where: 'training.pseudoLabels.enabled',
    expected: 'training rows whose target is missing',
    received: `${labelled} training rows, all with a label`,
    fix: 'Switch pseudo-labels off, or leave the target of unlabelled rows empty.',
  }
}

/** Pseudo-labels that would begin after the last epoch. */
export function pseudoLabelsTooLate({ epochs, pseudoLabels: { warmupEpochs } }: TrainingPlan): ErrorDetails | null {
  if (warmupEpochs < epochs) return null
  return {
    code: 'training.warmup-too-long',
    message: `The network labels no row: its ${warmupEpochs} epochs before that are not fewer than the ${epochs} of the run.`,
    where: 'training.pseudoLabels.warmupEpochs',
    expected: `fewer than ${epochs} epochs`,
    received: String(warmupEpochs),
    fix: 'Begin earlier, or train for more epochs.',
  }
}

function severalOutputs(outputs: readonly ResolvedOutput[]): Problem | null {
  if (outputs.length <= 1) return null
  return {
    message: 'A network with several Outputs gives no pseudo-labels.',
    expected: 'one Output',
    received: outputs.map(({ node }) => node.name).join(', '),
    fix: 'Switch pseudo-labels off, or train a network for one of the targets.',
  }
}

function severalTargets(dataset: DatasetSignature | undefined): Problem | null {
  const targets = dataset?.targets ?? []
  if (targets.length <= 1) return null
  return {
    message: 'With several target columns it is not clear which rows have no label.',
    expected: 'one column with the role target',
    received: targets.map(({ column }) => column).join(', '),
    fix: 'Set the role of the other columns to ignore.',
  }
}

function noProbability(output: ResolvedOutput | undefined): Problem | null {
  if (!output?.target) return null
  const { target, last, prediction, node } = output
  if (target.adversarial || target.input || target.kind === 'numeric')
    return {
      message: 'Only classes can be pseudo-labelled.',
      expected: 'an Output whose target is a column of classes',
      received: `${node.name}, ${target.adversarial ? 'of a GAN' : target.input ? `which reconstructs ${target.column.replace(/^input:/, '')}` : `whose target ${target.column} holds numbers`}`,
      fix: 'Switch pseudo-labels off.',
    }
  const rates = last.activation === 'softmax' || (last.activation === 'sigmoid' && prediction.at(-1) === 1)
  if (rates && prediction.length === 2) return null
  return {
    message: 'A pseudo-label needs the probability of each class, which the last layer does not give.',
    expected: 'softmax over the classes, or sigmoid over one unit',
    received: `${last.activation ?? 'another layer'}, ${formatShape(prediction)}`,
    fix: 'Set the activation of the last layer to softmax, or switch pseudo-labels off.',
  }
}
