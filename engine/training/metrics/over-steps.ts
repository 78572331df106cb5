import type { MetricDeclaration } from '../../compile/types.ts'
import { lowerMaskedParts } from '../losses/over-steps.ts'
import { ratio } from './fits.ts'

/**
 * The metric of a prediction with a mask: a mean over all steps that count, of the whole part (Keras MeanMetricWrapper). Means over samples
 * cannot be such, so that one part more counts the steps. A metric that counts by itself, of whole samples, is left as it is.
 */
export function overCountedSteps(metric: MetricDeclaration): MetricDeclaration {
  const { parts = 1, lower, finish } = metric
  if (metric.counts) return metric
  return {
    ...metric,
    parts: typeof parts === 'number' ? parts + 1 : (prediction) => parts(prediction) + 1,
    lower(builder, prediction, target, slot, mask = null) {
      if (mask === null) return lower(builder, prediction, target, slot)
      return lowerMaskedParts(builder, prediction, target, mask, (folded, predicted, wanted) =>
        [lower(folded, predicted, wanted, slot)].flat(),
      )
    },
    finish(sums) {
      const steps = sums.at(-1) as number
      const means = sums.slice(0, -1).map((sum) => ratio(sum, steps))
      return finish ? finish(means) : (means[0] as number)
    },
  }
}
