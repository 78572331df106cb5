import type { LaminaError } from '../../../engine/base/errors.ts'
import type { JsonObject } from '../../../engine/base/json.ts'
import type { Shape } from '../../../engine/base/shape.ts'
import type { LayerDeclaration, LayerProblem, ShapeContext } from '../../../engine/layers/layer.ts'
import { effectiveParams } from '../../../engine/layers/param-check.ts'
import { findLayer } from '../../../engine/layers/registry.ts'

export function layerOf(type: string): LayerDeclaration {
  const layer = findLayer(type)
  if (!layer) throw new Error(`no layer ${type}`)
  return layer
}

export function contextOf(type: string, params: JsonObject, inputs: readonly Shape[]): ShapeContext {
  return { inputs, params: effectiveParams(layerOf(type).params, params) }
}

export const shapesOf = (type: string, params: JsonObject, ...inputs: Shape[]) =>
  layerOf(type).infer(contextOf(type, params, inputs))

export const weightsOf = (type: string, params: JsonObject, ...inputs: Shape[]) =>
  layerOf(type).weights(contextOf(type, params, inputs))

/** The problem a layer refuses its inputs with. */
export function refusal(type: string, params: JsonObject, ...inputs: Shape[]): LayerProblem {
  try {
    layerOf(type).infer(contextOf(type, params, inputs))
  } catch (thrown) {
    return (thrown as LaminaError).details
  }
  throw new Error(`${type} accepted it`)
}
