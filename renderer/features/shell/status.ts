import type { SaveState } from '../../services/model.store.ts'

/** What the status bar says of saving. */
export function saveText(state: SaveState): string {
  return {
    saved: 'saved',
    unsaved: 'unsaved changes',
    saving: 'saving',
    conflict: 'save conflict',
    failed: 'not saved',
  }[state]
}
