import type { MetricDeclaration } from '../../compile/types.ts'
import { metrics } from './generated/registry.ts'

export { metrics }

/** The metric of that type, or undefined. */
export function findMetric(type: string): MetricDeclaration | undefined {
  return metrics.find((metric) => metric.type === type)
}
