import { onScopeDispose, reactive, watch } from 'vue'
import { LaminaError } from '../../engine/base/errors.ts'

/** What is typed into a field but cannot be used, so that the document still holds the value before it. */
export interface InvalidDraft {
  readonly label: string
  /** One sentence: what was expected and received. */
  readonly problem: string
}

const drafts = reactive(new Map<symbol, InvalidDraft>())

/** Registers a field while its draft is invalid; forgets it when the field goes away. */
export function trackInvalidDraft(current: () => InvalidDraft | null): void {
  const key = Symbol('field')
  watch(
    current,
    (draft) => {
      if (draft) drafts.set(key, draft)
      else drafts.delete(key)
    },
    { immediate: true },
  )
  onScopeDispose(() => drafts.delete(key))
}

/** Throws `form.invalid-value` while a field shows something else than what would be used. */
export function refuseInvalidDrafts(): void {
  const [draft] = drafts.values()
  if (!draft) return
  throw new LaminaError({
    code: 'form.invalid-value',
    message: `"${draft.label}" cannot be used as it stands. ${draft.problem}`,
    fix: 'Correct the field marked red, or press Escape in it to return to its last value.',
  })
}
