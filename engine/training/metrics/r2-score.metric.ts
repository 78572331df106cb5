import type { MetricDeclaration } from '../../compile/types.ts'
import { isOneNumber, perSample } from './fits.ts'

export const r2Score: MetricDeclaration = {
  type: 'r2_score',
  label: 'R²',
  help: '$1 - \\sum (y - \\hat y)^2 / \\sum (y - \\bar y)^2$: 1 is perfect, 0 is as good as always saying the mean. Keras R2Score.',
  better: 'higher',
  fits: isOneNumber,
  parts: 3,
  lower(builder, prediction, target) {
    const square = builder.emitOne('multiply', [target, target])
    return [
      builder.emitOne('mean_squared_error', [prediction, target]),
      perSample(builder, target),
      perSample(builder, square),
    ]
  },
  finish: ([residual, mean, square]) => 1 - (residual as number) / ((square as number) - (mean as number) ** 2),
}
