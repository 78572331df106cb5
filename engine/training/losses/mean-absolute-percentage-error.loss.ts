import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const meanAbsolutePercentageError: LossDeclaration = {
  type: 'mean_absolute_percentage_error',
  label: 'Mean absolute percentage error',
  help: '$\\frac{100}{n} \\sum |y - \\hat y| / |y|$; for numbers away from 0 whose relative error matters. Leave such a target unscaled. Keras MeanAbsolutePercentageError.',
  target: 'value',
  check: (prediction, target) => checkValueUnits('Mean absolute percentage error', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('mean_absolute_percentage_error', [prediction, target]),
}
