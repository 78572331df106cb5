import type { OptimizerDeclaration } from '../../compile/types.ts'
import { optimizers } from './generated/registry.ts'

export { optimizers }

/** The optimiser of that type, or undefined. */
export function findOptimizer(type: string): OptimizerDeclaration | undefined {
  return optimizers.find((optimizer) => optimizer.type === type)
}
