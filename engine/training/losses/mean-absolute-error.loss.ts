import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const meanAbsoluteError: LossDeclaration = {
  type: 'mean_absolute_error',
  label: 'Mean absolute error',
  help: '$\\frac{1}{n} \\sum |y - \\hat y|$; for numbers with outliers, which it weighs less than squares do. Keras MeanAbsoluteError.',
  target: 'value',
  check: (prediction, target) => checkValueUnits('Mean absolute error', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('mean_absolute_error', [prediction, target]),
}
