import type { MetricDeclaration } from '../../compile/types.ts'
import { isBinary } from './fits.ts'

export const squaredHingeMetric: MetricDeclaration = {
  type: 'squared_hinge',
  label: 'Squared hinge',
  help: 'Mean of $\\max(1 - y \\hat y, 0)^2$ with $y$ = -1 or 1. Keras SquaredHinge.',
  better: 'lower',
  fits: isBinary,
  lower: (builder, prediction, target) => builder.emitOne('squared_hinge', [prediction, target]),
}
