import type { Shape } from '../../base/shape.ts'
import type { MetricDeclaration } from '../../compile/types.ts'
import { isLabels, isOneUnitAClass, positives, ratio } from './fits.ts'

/** Counts of one class. */
interface Counts {
  hits: number
  predicted: number
  actual: number
}

const scores = {
  precision: ({ hits, predicted }: Counts) => ratio(hits, predicted),
  recall: ({ hits, actual }: Counts) => ratio(hits, actual),
  f1: ({ hits, predicted, actual }: Counts) => ratio(2 * hits, predicted + actual),
} as const

const averages = {
  macro: { label: 'macro', help: 'the plain mean over classes' },
  micro: { label: 'micro', help: 'from the counts of all classes together' },
  weighted: { label: 'weighted', help: 'the mean over classes, each by its number of rows' },
} as const

function classesOf(means: readonly number[]): Counts[] {
  return Array.from({ length: means.length / 3 }, (_, k) => ({
    hits: means[3 * k] as number,
    predicted: means[3 * k + 1] as number,
    actual: means[3 * k + 2] as number,
  }))
}

/** Precision, recall or F1 of several classes, averaged as scikit-learn does (`average=`); 0 where nothing is to be counted. */
export function averagedScore(
  score: keyof typeof scores,
  average: keyof typeof averages,
): Omit<MetricDeclaration, 'type'> {
  const name = { precision: 'Precision', recall: 'Recall', f1: 'F1' }[score]
  return {
    label: `${name} (${averages[average].label})`,
    help: `${name} of the classes, ${averages[average].help}; of the most probable class, or of the labels whose probability is above 0.5. scikit-learn with average="${average}"${score === 'f1' ? `, Keras F1Score(average="${average}")` : ''}.`,
    better: 'higher',
    fits: (prediction, target) => isOneUnitAClass(prediction, target) || isLabels(prediction, target),
    counts: true,
    parts: (prediction: Shape) => 3 * (prediction[1] as number),
    lower(builder, prediction, target, slot) {
      builder.emit('accumulate_class_counts', [prediction, target], { slot })
      return []
    },
    ofLabels: { lower: positives, counts: false },
    finish(means) {
      const classes = classesOf(means)
      const total = (key: keyof Counts) => classes.reduce((sum, counts) => sum + counts[key], 0)
      if (average === 'micro')
        return scores[score]({ hits: total('hits'), predicted: total('predicted'), actual: total('actual') })
      const weight = ({ actual }: Counts) => (average === 'macro' ? 1 / classes.length : ratio(actual, total('actual')))
      return classes.reduce((sum, counts) => sum + weight(counts) * scores[score](counts), 0)
    },
  }
}
