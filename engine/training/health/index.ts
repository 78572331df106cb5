import type { EpochRecord } from '../history.ts'
import { balance } from './balance.rule.ts'
import { discriminatorFooled } from './discriminator-fooled.rule.ts'
import { discriminatorWins } from './discriminator-wins.rule.ts'
import { divergence } from './divergence.rule.ts'
import { overfitting } from './overfitting.rule.ts'
import { plateau } from './plateau.rule.ts'
import type { HealthRule, HealthWarning } from './rule.ts'
import { underfitting } from './underfitting.rule.ts'

/** All symptoms that are looked for during training. */
export const healthRules: readonly HealthRule[] = [
  divergence,
  overfitting,
  plateau,
  underfitting,
  discriminatorWins,
  discriminatorFooled,
  balance,
]

/** The rules for a network whose loss is to fall, or for a GAN, whose losses are not. */
export function healthRulesOf(adversarial: boolean): HealthRule[] {
  return healthRules.filter((rule) => (rule.of === 'adversarial') === adversarial)
}

/** Asks every rule and reports each symptom once a run. */
export class HealthMonitor {
  readonly #rules: readonly HealthRule[]
  readonly #reported = new Set<string>()

  constructor(rules: readonly HealthRule[]) {
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
