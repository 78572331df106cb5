import type { LossDeclaration } from '../../compile/types.ts'
import { checkClassUnits } from './check.ts'

export const klDivergence: LossDeclaration = {
  type: 'kl_divergence',
  label: 'Kullback-Leibler divergence',
  help: '$\\sum_c y_c \\ln(y_c / p_c)$: how far the distribution $p$ lies from $y$; with softmax. Keras KLDivergence.',
  target: 'one-hot',
  activations: ['softmax'],
  check: (prediction, target) => checkClassUnits('Kullback-Leibler divergence', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('kl_divergence', [prediction, target]),
}
