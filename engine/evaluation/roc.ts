/**
 * Area under the ROC curve: the probability that a positive row scores higher than a negative one, ties counting half
 * (Mann-Whitney U). null when one of the two is missing.
 */
export function areaUnderRoc(positives: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  const rows = scores.length
  const order = Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  )
  let positiveCount = 0
  let rankSum = 0
  for (let start = 0; start < rows; ) {
    let end = start
    let positivesHere = 0
    while (end < rows && scores[order[end] as number] === scores[order[start] as number]) {
      positivesHere += positives[order[end] as number] ? 1 : 0
      end += 1
    }
    const meanRank = (start + end + 1) / 2
    rankSum += meanRank * positivesHere
    positiveCount += positivesHere
    start = end
  }
  const negativeCount = rows - positiveCount
  if (positiveCount === 0 || negativeCount === 0) return null
  return (rankSum - (positiveCount * (positiveCount + 1)) / 2) / (positiveCount * negativeCount)
}
