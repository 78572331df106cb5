import { formatShape, type Shape } from '../base/shape.ts'
import { expectBatched as batched, given, shapeError } from './check.ts'

/** A vector for each sample. */
export function expectBatched(op: string, operand: string, shape: Shape | null | undefined): Shape {
  const actual = batched(op, operand, shape)
  if (actual.length !== 2) shapeError(op, operand, 'one vector a sample (N x features)', formatShape(actual))
  return actual
}

/** Labels by number, [N, 1], or as many numbers a sample as are predicted. */
export function sameLengths(op: string, prediction: Shape, target: Shape | null | undefined): void {
  const shape = given(op, 'target', target)
  if (shape.length === 2 && (shape[1] === 1 || shape[1] === prediction[1])) return
  shapeError(op, 'target', `N x 1 or ${formatShape(prediction)}`, formatShape(shape))
}
