import type { ErrorDetails } from '../base/errors.ts'
import type { Patch } from './patch.ts'

/** A finding about a document, shown where it belongs. Errors block training; warnings teach. */
export interface Diagnostic extends ErrorDetails {
  severity: 'error' | 'warning' | 'info'
  node?: string
  port?: string
  param?: string
  /** A change that repairs it, offered as a button. */
  repair?: Patch
}
