import { LaminaError } from '../base/errors.ts'
import type { LayerProblem } from './layer.ts'

/** An error whose details are a LayerProblem; thrown by `infer` of a layer and shown at its node. */
export function layerError(problem: LayerProblem): LaminaError {
  return new LaminaError(problem)
}

/** The LayerProblem inside anything a layer threw. */
export function problemOf(thrown: unknown): LayerProblem {
  return LaminaError.from(thrown).details as LayerProblem
}
