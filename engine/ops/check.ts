import { LaminaError } from '../base/errors.ts'
import { elementCount, formatShape, type Shape, sameShape } from '../base/shape.ts'

/** Throws `op.shape`. */
export function shapeError(op: string, operand: string, expected: string, received: string): never {
  throw new LaminaError({
    code: 'op.shape',
    message: `The shape of ${operand} does not fit ${op}.`,
    where: `${op}, ${operand}`,
    expected,
    received,
    fix: 'Check the layer this comes from and what is connected to it.',
  })
}

/** The shape of an operand that must be there. */
export function given(op: string, operand: string, shape: Shape | null | undefined): Shape {
  if (!shape) shapeError(op, operand, 'a tensor', 'nothing')
  return shape
}

/** Refuses an operand that has not the wanted shape. */
export function expectShape(op: string, operand: string, actual: Shape | null | undefined, wanted: Shape): void {
  const shape = given(op, operand, actual)
  if (!sameShape(shape, wanted)) shapeError(op, operand, formatShape(wanted), formatShape(shape))
}

/** Like `expectShape`, for an operand that may be left out. */
export function expectShapeIfGiven(op: string, operand: string, actual: Shape | null | undefined, wanted: Shape): void {
  if (actual) expectShape(op, operand, actual, wanted)
}

/** An operand of at least `least` dimensions. */
export function expectRank(op: string, operand: string, shape: Shape | null | undefined, least: number): Shape {
  const actual = given(op, operand, shape)
  if (actual.length < least)
    shapeError(op, operand, `at least ${least} dimension${least > 1 ? 's' : ''}`, formatShape(actual))
  return actual
}

/** An operand with the batch first: one row a sample. */
export function expectBatched(op: string, operand: string, shape: Shape | null | undefined): Shape {
  const actual = expectRank(op, operand, shape, 1)
  if (actual[0] !== -1) shapeError(op, operand, 'a tensor with one row a sample (N x ...)', formatShape(actual))
  return actual
}

/** Refuses an axis that is not a feature axis of `shape`. */
export function expectAxis(op: string, operand: string, shape: Shape, axis: number): void {
  if (axis < 1 || axis >= shape.length)
    shapeError(op, operand, `a tensor that has a feature axis ${axis}`, formatShape(shape))
}

/** The last dimension; 1 for a scalar. */
export function features(shape: Shape): number {
  return shape.at(-1) ?? 1
}

/** The shape with another size along one axis. */
export function withAxis(shape: Shape, axis: number, size: number): Shape {
  return shape.map((dimension, index) => (index === axis ? size : dimension))
}

/** Elements of one sample, as a cost. */
export function elements(shape: Shape | null | undefined): number {
  return shape ? elementCount(shape) : 0
}

/** All pairs of one output with the given inputs. */
export function reuseOf(...inputs: number[]): readonly (readonly [number, number])[] {
  return inputs.map((input) => [0, input] as const)
}
