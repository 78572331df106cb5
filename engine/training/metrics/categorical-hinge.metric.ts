import type { MetricDeclaration } from '../../compile/types.ts'
import { isOneUnitAClass, oneHot } from './fits.ts'

export const categoricalHingeMetric: MetricDeclaration = {
  type: 'categorical_hinge',
  label: 'Categorical hinge',
  help: 'Mean of $\\max(\\max_c (1 - y_c) \\hat y_c - \\sum_c y_c \\hat y_c + 1, 0)$. Keras CategoricalHinge.',
  better: 'lower',
  fits: isOneUnitAClass,
  lower: (builder, prediction, target) =>
    builder.emitOne('categorical_hinge', [prediction, oneHot(builder, prediction, target)]),
}
