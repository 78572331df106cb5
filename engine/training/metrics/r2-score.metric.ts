import type { ValueId } from '../../compile/ir.ts'
import type { MetricDeclaration } from '../../compile/types.ts'
import { columnsOf, isNumbers } from './fits.ts'

export const r2Score: MetricDeclaration = {
  type: 'r2_score',
  label: 'R²',
  help: '$1 - \\sum (y - \\hat y)^2 / \\sum (y - \\bar y)^2$: 1 is perfect, 0 is as good as always saying the mean; of several columns their mean. Keras R2Score.',
  better: 'higher',
  fits: isNumbers,
  parts: (prediction) => 3 * (prediction[1] as number),
  lower(builder, prediction, target) {
    const square = builder.emitOne('multiply', [target, target])
    const error = builder.emitOne('subtract', [prediction, target])
    const residual = builder.emitOne('multiply', [error, error])
    const [residuals, means, squares] = [residual, target, square].map((value) => columnsOf(builder, value))
    return (residuals as ValueId[]).flatMap((value, k) => [value, means?.[k] as ValueId, squares?.[k] as ValueId])
  },
  finish(means) {
    const columns = means.length / 3
    let sum = 0
    for (let k = 0; k < columns; k += 1) {
      const [residual, mean, square] = means.slice(3 * k, 3 * k + 3) as [number, number, number]
      sum += 1 - residual / (square - mean ** 2)
    }
    return sum / columns
  },
}
