import type { Shape } from '../base/shape.ts'
import { formatShape } from '../base/shape.ts'
import { layerError } from './problem.ts'

/** Size of the last axis. Throws `layer.rank` when the input is a batch of bare numbers. */
export function featuresOf(shape: Shape | undefined): number {
  const last = shape && shape.length > 1 ? shape.at(-1) : undefined
  if (last === undefined)
    throw layerError({
      code: 'layer.rank',
      message: 'The input has no feature axis.',
      port: 'input',
      expected: 'N x ... x features',
      received: shape ? formatShape(shape) : 'nothing',
      fix: 'Put a Reshape to (1) in front.',
    })
  return last
}

/** Elements of one sample. */
export function sampleSize(shape: Shape): number {
  return shape.slice(1).reduce((product, dimension) => product * dimension, 1)
}
