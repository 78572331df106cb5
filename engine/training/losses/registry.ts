import type { LossDeclaration } from '../../compile/types.ts'
import { losses } from './generated/registry.ts'

export { losses }

/** The loss of that type, or undefined. */
export function findLoss(type: string): LossDeclaration | undefined {
  return losses.find((loss) => loss.type === type)
}
