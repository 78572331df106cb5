import type { Shape } from '../base/shape.ts'
import { formatShape } from '../base/shape.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'
import type { EffectiveParams, ParamSpec } from './params.ts'
import { layerError, rankError } from './problem.ts'
import { numberParam } from './read-params.ts'

/** Size of the last axis. Throws `layer.rank` when the input is a batch of bare numbers. */
export function featuresOf(shape: Shape | undefined): number {
  const last = shape && shape.length > 1 ? shape.at(-1) : undefined
  if (last === undefined)
    throw rankError(shape, {
      message: 'The input has no feature axis.',
      expected: 'N x ... x features',
      fix: 'Put a Reshape to (1) in front.',
    })
  return last
}

/** Elements of one sample. */
export function sampleSize(shape: Shape): number {
  return shape.slice(1).reduce((product, dimension) => product * dimension, 1)
}

/** A parameter `axis`, the last one by default. */
export function axisParam(what: string): ParamSpec {
  return {
    kind: 'integer',
    label: 'Axis',
    help: `${what}, counted with the batch as 0; -1 is the last.`,
    keras: 'axis',
    default: -1,
    min: -5,
    max: 5,
    searchable: false,
  }
}

/** The parameter `axis` counted from the front, the batch being 0. Throws `layer.axis` unless it is an axis of features. */
export function featureAxis(shape: Shape, params: EffectiveParams): number {
  const axis = numberParam(params, 'axis')
  const positive = axis < 0 ? shape.length + axis : axis
  if (positive >= 1 && positive < shape.length) return positive
  throw layerError({
    code: 'layer.axis',
    message: `Axis ${axis} is not a feature axis of ${formatShape(shape)}.`,
    param: 'axis',
    expected: `1 to ${shape.length - 1}, or -${shape.length - 1} to -1`,
    received: String(axis),
    fix: 'Use -1, the last axis. Axis 0 is the batch.',
  })
}

/** Does to the last axis what is to be done to another: with that one moved to the end, and back again. */
export function alongAxis(
  builder: GraphBuilder,
  value: ValueId,
  axis: number,
  operation: (value: ValueId) => ValueId,
): ValueId {
  const axes = builder.shapeOf(value).map((_, index) => index)
  if (axis === axes.length - 1) return operation(value)
  const permutation = [...axes.filter((index) => index !== axis), axis]
  const moved = operation(builder.emitOne('transpose', [value], { permutation }))
  const back = axes.map((index) => permutation.indexOf(index))
  return builder.emitOne('transpose', [moved], { permutation: back })
}
