import { type ComputedRef, computed } from 'vue'
import type { ErrorDetails } from '../../engine/base/errors.ts'
import type { Diagnostic } from '../../engine/graph/diagnostic.ts'
import type { DatasetView } from '../../engine/rpc/contract/datasets.ts'
import { useModelStore } from './model.store.ts'

/** A finding about the open model or about its data. */
export interface Problem extends ErrorDetails {
  severity: Diagnostic['severity']
  node?: Diagnostic['node']
  param?: Diagnostic['param']
  repair?: Diagnostic['repair']
  /** It is settled in the data view. */
  ofData?: boolean
}

/** A finding about data with its place as text. */
export function dataProblem(problem: DatasetView['problems'][number]): Problem {
  const column = 'column' in problem ? problem.column : undefined
  return {
    ...problem,
    severity: 'severity' in problem ? problem.severity : 'warning',
    where: column ? `column ${column}` : 'where' in problem ? problem.where : undefined,
    ofData: true,
  }
}

/** Everything there is to say about the open model and its data, in every view the same. */
export function useProblems(): ComputedRef<readonly Problem[]> {
  const model = useModelStore()
  return computed(() => [...model.diagnostics, ...(model.dataset?.problems ?? []).map(dataProblem)])
}

/** How many errors and warnings there are, as words: `1 error, 2 warnings`. */
export function countText(problems: readonly Pick<Problem, 'severity'>[]): string {
  const counted = (severity: Problem['severity'], noun: string) => {
    const count = problems.filter((problem) => problem.severity === severity).length
    return `${count} ${noun}${count === 1 ? '' : 's'}`
  }
  return `${counted('error', 'error')}, ${counted('warning', 'warning')}`
}
