import type { EpochRecord } from '../history.ts'

/** Advice about a run that goes on. */
export interface HealthWarning {
  rule: string
  /** Epoch (from 1) at which it was noticed. */
  epoch: number
  /** What was seen, with the numbers. */
  message: string
  /** One sentence: why it happens or what helps. */
  why: string
}

/** One symptom that can be read from the history. */
export interface HealthRule {
  id: string
  label: string
  /** What it is about: a loss that is to fall, unless said otherwise, or the two losses of a GAN, which work against each other. */
  of?: 'adversarial'
  /** The warning, or null while all is well. Must be cheap: it is asked about ten times a second. */
  check(history: readonly EpochRecord[]): Omit<HealthWarning, 'rule'> | null
}

/** Identity with type checking. */
export function defineHealthRule(rule: HealthRule): HealthRule {
  return rule
}
