import type { EpochRecord } from '../../engine/rpc/contract/training.ts'

/**
 * The history with further epochs, in order and each once. A resumed run repeats the epochs after its checkpoint: the later record counts.
 */
export function mergeEpochs(known: readonly EpochRecord[], added: readonly EpochRecord[]): readonly EpochRecord[] {
  const first = added[0]
  if (!first) return known
  const last = known.at(-1)
  if (!last || first.epoch > last.epoch) return [...known, ...added]
  const byEpoch = new Map(known.map((epoch) => [epoch.epoch, epoch]))
  for (const epoch of added) byEpoch.set(epoch.epoch, epoch)
  return [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch)
}
