import type { MetricDeclaration } from '../../compile/types.ts'
import { isOneUnitAClass, oneHot } from './fits.ts'

export const klDivergenceMetric: MetricDeclaration = {
  type: 'kl_divergence',
  label: 'Kullback-Leibler divergence',
  help: 'Mean of $\\sum_c y_c \\ln(y_c / p_c)$. Keras KLDivergence.',
  better: 'lower',
  fits: isOneUnitAClass,
  lower: (builder, prediction, target) =>
    builder.emitOne('kl_divergence', [prediction, oneHot(builder, prediction, target)]),
}
