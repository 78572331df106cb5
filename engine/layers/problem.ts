import { LaminaError } from '../base/errors.ts'
import { formatShape, type Shape } from '../base/shape.ts'
import type { LayerProblem } from './layer.ts'

/** An error whose details are a LayerProblem; thrown by `infer` of a layer and shown at its node. */
export function layerError(problem: LayerProblem): LaminaError {
  return new LaminaError(problem)
}

/** What a layer takes, and the number of axes that a repair can give the input. */
interface WantedRank extends Pick<LayerProblem, 'message' | 'expected' | 'fix'> {
  /** Default `input`. */
  port?: string
  rank?: number
}

/** `layer.rank`: a shape with other axes than the layer takes. */
export function rankError(shape: Shape | undefined, { rank, port = 'input', ...problem }: WantedRank): LaminaError {
  return layerError({
    code: 'layer.rank',
    ...problem,
    port,
    received: shape ? formatShape(shape) : 'nothing',
    ...(rank === undefined ? {} : { data: { rank } }),
  })
}

/** The LayerProblem inside anything a layer threw. */
export function problemOf(thrown: unknown): LayerProblem {
  return LaminaError.from(thrown).details as LayerProblem
}
