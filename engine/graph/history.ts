import type { GraphDocument } from './document.ts'
import type { Change, Patch } from './patch.ts'
import { applyPatch, invertPatch } from './patch.ts'

interface Entry {
  readonly patch: Patch
  readonly mergeKey: string | null
}

/** Undo and redo stacks; immutable. */
export interface History {
  readonly past: readonly Entry[]
  readonly future: readonly Entry[]
  /** Most undo steps that are kept. */
  readonly limit: number
}

export const emptyHistory: History = { past: [], future: [], limit: 200 }

/** One patch that does what `first` and then `second` do; changes that cancel out are left out. */
export function mergePatches(first: Patch, second: Patch): Patch {
  const merged = new Map<string, Change>()
  for (const change of [...first.changes, ...second.changes]) {
    const key = `${change.kind} ${change.id}`
    const earlier = merged.get(key)
    merged.set(key, earlier ? ({ ...change, before: earlier.before } as Change) : change)
  }
  const changes = [...merged.values()].filter(
    (change) => JSON.stringify(change.before) !== JSON.stringify(change.after),
  )
  return { label: second.label, changes }
}

/**
 * Remembers an applied patch and forgets what was undone. Consecutive patches with the same `mergeKey` (one drag, one burst of typing)
 * become one undo step; give `null` for a step of its own.
 */
export function record(history: History, patch: Patch, mergeKey: string | null = null): History {
  if (patch.changes.length === 0) return history
  const last = history.past.at(-1)
  if (last && mergeKey !== null && last.mergeKey === mergeKey && history.future.length === 0) {
    const merged = mergePatches(last.patch, patch)
    const rest = history.past.slice(0, -1)
    return { ...history, past: merged.changes.length === 0 ? rest : [...rest, { patch: merged, mergeKey }] }
  }
  const past = [...history.past, { patch, mergeKey }].slice(-history.limit)
  return { ...history, past, future: [] }
}

/** Ends merging: the next patch is a step of its own whatever its key. */
export function seal(history: History): History {
  const last = history.past.at(-1)
  if (!last || last.mergeKey === null) return history
  return { ...history, past: [...history.past.slice(0, -1), { ...last, mergeKey: null }] }
}

/** The document before the last step, or null when there is nothing to undo. */
export function undo(
  history: History,
  document: GraphDocument,
): { history: History; document: GraphDocument; patch: Patch } | null {
  const last = history.past.at(-1)
  if (!last) return null
  const patch = invertPatch(last.patch)
  const entry = { ...last, mergeKey: null }
  const next = { ...history, past: history.past.slice(0, -1), future: [entry, ...history.future] }
  return { history: next, document: applyPatch(document, patch), patch }
}

/** The document after the step that was undone last, or null when there is nothing to redo. */
export function redo(
  history: History,
  document: GraphDocument,
): { history: History; document: GraphDocument; patch: Patch } | null {
  const [next, ...future] = history.future
  if (!next) return null
  const { patch } = next
  return {
    history: { ...history, past: [...history.past, next], future },
    document: applyPatch(document, patch),
    patch,
  }
}
