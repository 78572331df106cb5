import type { EvaluationRecord } from '../../../engine/rpc/contract/evaluation.ts'
import type { RunSummary } from '../../../engine/rpc/contract/training.ts'

export type Part = EvaluationRecord['part']

export const parts: readonly { value: Part; label: string; help: string }[] = [
  { value: 'validation', label: 'Validation', help: 'rows that steered the settings' },
  { value: 'test', label: 'Test', help: 'rows kept for the end; each use is recorded' },
  { value: 'train', label: 'Training', help: 'rows the weights were fitted to' },
]

/** Runs that have weights to evaluate, newest first as they came. */
export function evaluable(runs: readonly RunSummary[]): RunSummary[] {
  return runs.filter((run) => run.kind === 'train' && run.epochs > 0 && run.status !== 'running')
}

/** The newest report of a run on a part. */
export function latestRecord(
  records: readonly EvaluationRecord[],
  run: string | null,
  part: Part,
): EvaluationRecord | null {
  return records.findLast((record) => record.run === run && record.part === part) ?? null
}

/** A sentence about how often the test part has been looked at for a model, or null before the second time. */
export function testUse(
  records: readonly EvaluationRecord[],
  runs: Readonly<Record<string, { model: string }>>,
  model: string | undefined,
): string | null {
  const uses = records.filter((record) => record.part === 'test' && runs[record.run]?.model === model).length
  if (uses < 2) return null
  return `The test part has been used ${uses} times for this model. Choosing between models by it makes its figures too good; choose by validation or cross-validation.`
}
