import type { MetricDeclaration } from '../../compile/types.ts'

export const meanAbsoluteErrorMetric: MetricDeclaration = {
  type: 'mean_absolute_error',
  label: 'Mean absolute error',
  help: '$\\frac{1}{n} \\sum |y - \\hat y|$ in the units the network sees.',
  better: 'lower',
  lower: (builder, prediction, target) => builder.emitOne('mean_absolute_error', [prediction, target]),
}
