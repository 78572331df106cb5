import { layers } from './generated/registry.ts'
import type { LayerDeclaration } from './layer.ts'

export { layers }

const byType = new Map(layers.map((layer) => [layer.type, layer]))

/** The layer of that type, or undefined. */
export function findLayer(type: string): LayerDeclaration | undefined {
  return byType.get(type)
}
