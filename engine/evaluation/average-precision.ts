/**
 * Area under the precision-recall curve as average precision, $\sum_n (R_n - R_{n-1}) P_n$ over falling thresholds, rows of equal score taken
 * together (scikit-learn's average_precision_score). null when there is no positive row.
 */
export function averagePrecision(positives: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  const rows = scores.length
  const order = Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  )
  let found = 0
  let area = 0
  for (let start = 0; start < rows; ) {
    let end = start + 1
    let positivesHere = positives[order[start] as number] ? 1 : 0
    while (end < rows && scores[order[end] as number] === scores[order[start] as number]) {
      positivesHere += positives[order[end] as number] ? 1 : 0
      end += 1
    }
    found += positivesHere
    area += positivesHere * (found / end)
    start = end
  }
  return found === 0 ? null : area / found
}
