import type { EpochRecord } from '../history.ts'
import { divergence } from './divergence.rule.ts'
import { overfitting } from './overfitting.rule.ts'
import { plateau } from './plateau.rule.ts'
import type { HealthRule, HealthWarning } from './rule.ts'
import { underfitting } from './underfitting.rule.ts'

/** All symptoms that are looked for during training. */
export const healthRules: readonly HealthRule[] = [divergence, overfitting, plateau, underfitting]

/** Asks every rule and reports each symptom once a run. */
export class HealthMonitor {
  readonly #rules: readonly HealthRule[]
  readonly #reported = new Set<string>()

  constructor(rules: readonly HealthRule[] = healthRules) {
    this.#rules = rules
  }

  /** Warnings that are new since the last call. */
  check(history: readonly EpochRecord[]): HealthWarning[] {
    const warnings: HealthWarning[] = []
    for (const rule of this.#rules) {
      if (this.#reported.has(rule.id)) continue
      const found = rule.check(history)
      if (!found) continue
      this.#reported.add(rule.id)
      warnings.push({ rule: rule.id, ...found })
    }
    return warnings
  }
}
