/** Counts of predictions: `counts[actual][predicted]`. */
export interface ConfusionMatrix {
  labels: readonly string[]
  counts: number[][]
}

/** Counts (actual, predicted) pairs of class indices. */
export function confusionMatrix(
  labels: readonly string[],
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
): ConfusionMatrix {
  const counts = labels.map(() => new Array<number>(labels.length).fill(0))
  for (let i = 0; i < actual.length; i += 1) {
    const row = counts[actual[i] as number] as number[]
    const column = predicted[i] as number
    row[column] = (row[column] as number) + 1
  }
  return { labels, counts }
}
