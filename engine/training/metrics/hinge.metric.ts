import type { MetricDeclaration } from '../../compile/types.ts'
import { isBinary } from './fits.ts'

export const hingeMetric: MetricDeclaration = {
  type: 'hinge',
  label: 'Hinge',
  help: 'Mean of $\\max(1 - y \\hat y, 0)$ with $y$ = -1 or 1. Keras Hinge.',
  better: 'lower',
  fits: isBinary,
  lower: (builder, prediction, target) => builder.emitOne('hinge', [prediction, target]),
}
