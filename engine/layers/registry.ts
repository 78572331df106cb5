import { layers as declared } from './generated/registry.ts'
import type { LayerDeclaration } from './layer.ts'
import { offerTimeDistributed } from './time-distributed.ts'

/** Every layer there is. */
export const layers: readonly LayerDeclaration[] = offerTimeDistributed(declared)

const byType = new Map(layers.map((layer) => [layer.type, layer]))

/** The layer of that type, or undefined. */
export function findLayer(type: string): LayerDeclaration | undefined {
  return byType.get(type)
}
