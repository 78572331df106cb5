import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const logCosh: LossDeclaration = {
  type: 'log_cosh',
  label: 'Log-cosh',
  help: '$\\frac{1}{n} \\sum \\ln \\cosh(\\hat y - y)$; squares for small errors, absolute values for large ones, smooth everywhere. Keras LogCosh.',
  target: 'value',
  check: (prediction, target) => checkValueUnits('Log-cosh', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('log_cosh', [prediction, target]),
}
