import { LaminaError } from '../../base/errors.ts'
import type { DatasetSignature, TargetSignature } from '../../graph/document.ts'
import { suggestion } from '../near-matches.ts'
import type { EffectiveParams } from '../params.ts'
import { columnsParam, textParam } from '../read-params.ts'

/** Target columns of the data that an Output is compared with: one after the other, one unit each. */
export function columnsOfTarget({ column, columns }: TargetSignature): readonly string[] {
  return columns ?? [column]
}

/** Several columns as one target: numbers, or labels of two classes each, which do not exclude each other. Throws `output.mixed-targets`. */
function joined(targets: readonly TargetSignature[]): TargetSignature {
  const columns = targets.map(({ column }) => column)
  const base = { column: columns.join(', '), columns }
  if (targets.every(({ kind }) => kind === 'numeric')) return { ...base, kind: 'numeric' }
  if (targets.every(({ kind, classes }) => kind === 'classes' && classes?.length === 2))
    return { ...base, kind: 'labels' }
  const kinds = targets.map(
    ({ column, kind, classes = [] }) => `${column}: ${kind === 'numeric' ? 'numbers' : `${classes.length} classes`}`,
  )
  throw new LaminaError({
    code: 'output.mixed-targets',
    message: 'These target columns cannot share one Output: its units are all numbers, or all yes or no.',
    expected: 'columns of numbers, or columns of two classes each',
    received: kinds.join('; '),
    fix: 'Give each kind an Output of its own, or change the type of a column in the data view.',
  })
}

/**
 * What an Output is compared with: the columns of `targets`, the column of `target`, else the only one there is. Throws
 * `output.no-target`, `output.unknown-target`, `output.ambiguous-target`, `output.mixed-targets`.
 */
export function resolveTarget(params: EffectiveParams, dataset: DatasetSignature): TargetSignature {
  const columns = dataset.targets.map((target) => target.column)
  const [first, second] = dataset.targets
  if (!first)
    throw new LaminaError({
      code: 'output.no-target',
      message: 'The data has no target column.',
      expected: 'a column with the role target',
      received: 'none',
      fix: 'Give the column to be predicted the role "target" in the data view, or choose an Input as the target of an autoencoder.',
    })
  const named = (name: string): TargetSignature => {
    const found = dataset.targets.find((target) => target.column === name)
    if (found) return found
    throw new LaminaError({
      code: 'output.unknown-target',
      message: `The data has no target column "${name}".`,
      expected: `one of ${columns.join(', ')}`,
      received: name,
      fix: suggestion(name, columns),
    })
  }
  const together = [...new Set(columnsParam(params, 'targets'))].map(named)
  if (together.length > 0) return together.length === 1 ? (together[0] as TargetSignature) : joined(together)
  const name = textParam(params, 'target')
  if (name !== '') return named(name)
  if (!second) return first
  throw new LaminaError({
    code: 'output.ambiguous-target',
    message: 'The data has several targets and this Output names none.',
    expected: `one of ${columns.join(', ')}, or several that are predicted together`,
    received: 'no name',
    fix: 'Choose the target, or several targets, in the inspector.',
  })
}
