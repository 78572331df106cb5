import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { perSample, type Row } from './loss.ts'
import { operand } from './tensor.ts'

const isAmongLargest = (p: Row, label: number, k: number): number =>
  p.filter((value) => value > (p[label] as number)).length < k ? 1 : 0

export const topKCategoricalAccuracy = perSample((p, t, k) => isAmongLargest(p, t.indexOf(Math.max(...t)), k))
export const sparseTopKCategoricalAccuracy = perSample((p, t, k) => isAmongLargest(p, t[0] as number, k))

/** Row `n` of a matrix. */
function rowOf({ shape, data }: ReferenceTensor, n: number): number[] {
  const width = shape[1] as number
  return [...data.subarray(n * width, (n + 1) * width)]
}

const firstLargest = (row: readonly number[]): number => row.indexOf(Math.max(...row))

function add(accumulators: Float64Array, slot: number): void {
  accumulators[slot] = (accumulators[slot] ?? 0) + 1
}

export const accumulateClassCounts: ReferenceImplementation = (inputs, { slot }, _, { n, accumulators }) => {
  const [prediction, target] = [operand(inputs[0]), operand(inputs[1])]
  for (let row = 0; row < n; row += 1) {
    const predicted = firstLargest(rowOf(prediction, row))
    const wanted = rowOf(target, row)
    const label = wanted.length === 1 ? (wanted[0] as number) : firstLargest(wanted)
    if (predicted === label) add(accumulators, (slot as number) + 3 * label)
    add(accumulators, (slot as number) + 3 * predicted + 1)
    add(accumulators, (slot as number) + 3 * label + 2)
  }
  return []
}

export const accumulateThresholdCounts: ReferenceImplementation = (inputs, attributes, _, { n, accumulators }) => {
  const [prediction, target] = [operand(inputs[0]), operand(inputs[1])]
  const steps = (attributes.thresholds as number) - 1
  for (let row = 0; row < n; row += 1) {
    let below = 0
    // As float32 sees both sides.
    for (let i = 1; i < steps; i += 1)
      if (Math.fround(prediction.data[row] as number) > Math.fround(i / steps)) below += 1
    add(accumulators, (attributes.slot as number) + 2 * below + ((target.data[row] as number) > 0.5 ? 0 : 1))
  }
  return []
}
