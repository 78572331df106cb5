/** A point of a curve: x (epoch, from 1) and value. */
export type Point = readonly [x: number, y: number]

/**
 * At most `limit` points that keep a curve's look: of each bucket the smallest and the largest value, ends included.
 * Curves within the limit pass unchanged.
 */
export function downsample(points: readonly Point[], limit: number): readonly Point[] {
  if (points.length <= limit || limit < 4) return points
  const buckets = Math.floor((limit - 2) / 2)
  const inner = points.length - 2
  const kept: Point[] = [points[0] as Point]
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = 1 + Math.floor((bucket * inner) / buckets)
    const to = 1 + Math.floor(((bucket + 1) * inner) / buckets)
    if (from >= to) continue
    let low = from
    let high = from
    for (let index = from; index < to; index += 1) {
      const value = (points[index] as Point)[1]
      if (value < (points[low] as Point)[1]) low = index
      if (value > (points[high] as Point)[1]) high = index
    }
    for (const index of low < high ? [low, high] : low > high ? [high, low] : [low]) kept.push(points[index] as Point)
  }
  kept.push(points[points.length - 1] as Point)
  return kept
}
