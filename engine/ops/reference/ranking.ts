import { perSample, type Row } from './loss.ts'

const isAmongLargest = (p: Row, label: number, k: number): number =>
  p.filter((value) => value > (p[label] as number)).length < k ? 1 : 0

export const topKCategoricalAccuracy = perSample((p, t, k) => isAmongLargest(p, t.indexOf(Math.max(...t)), k))
export const sparseTopKCategoricalAccuracy = perSample((p, t, k) => isAmongLargest(p, t[0] as number, k))
