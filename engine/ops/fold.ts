import type { Shape } from '../base/shape.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'
import type { Attributes, OpDeclaration } from './op.ts'

/** The k of `[-k, ...]` that all batched shapes share, else 1. */
export function foldOf(shapes: readonly (Shape | null | undefined)[]): number {
  const folds = new Set(shapes.flatMap((shape) => (shape?.length && shape[0]! < 0 ? [-shape[0]!] : [])))
  const [fold = 1] = folds
  return folds.size === 1 ? fold : 1
}

/** The shape with so many times the rows a sample. */
export function timesRows(shape: Shape, factor: number): Shape {
  const [first, ...rest] = shape
  return first !== undefined && first < 0 ? [first * factor, ...rest] : shape
}

/**
 * Output shapes of an op. Steps folded into the batch (`[-10, 8]` from `[-1, 10, 8]`) are samples to it: the native loader sees such an
 * instruction in the same way. Throws what the op's `shape` throws.
 */
export function outputShapes(
  op: OpDeclaration,
  inputs: readonly (Shape | null)[],
  attributes: Attributes,
  stated?: Shape,
): Shape[] {
  const fold = foldOf([...inputs, stated])
  if (fold === 1) return op.shape(inputs, attributes, stated)
  const unfolded = inputs.map((shape) => shape && timesRows(shape, 1 / fold))
  return op.shape(unfolded, attributes, stated && timesRows(stated, 1 / fold)).map((shape) => timesRows(shape, fold))
}

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1)

/** The builder for whom steps that were folded into the batch are samples: shapes read `[-1, ...]` where they are `[-steps, ...]`. */
export function foldedBuilder(builder: GraphBuilder, steps: number): GraphBuilder {
  const folded = <Options extends { shape?: Shape }>(options: Options | undefined): Options | undefined =>
    options?.shape ? { ...options, shape: timesRows(options.shape, steps) } : options
  return {
    ...builder,
    emit: (op, inputs, attributes, options) => builder.emit(op, inputs, attributes, folded(options)),
    emitOne: (op, inputs, attributes, options) => builder.emitOne(op, inputs, attributes, folded(options)),
    shapeOf: (value) => timesRows(builder.shapeOf(value), 1 / steps),
  }
}

/** `[N, a, b, ...]` with the first `axes` axes as the batch, `[a N, b, ...]` for two of them; one feature where none is left. */
export function foldAxes(builder: GraphBuilder, value: ValueId, axes: number): { value: ValueId; steps: number } {
  const shape = builder.shapeOf(value)
  const steps = product(shape.slice(1, axes))
  const rest = shape.slice(axes)
  const folded = [-steps, ...(rest.length > 0 ? rest : [1])]
  if (folded.length === shape.length && steps === 1) return { value, steps }
  return { value: builder.emitOne('reshape', [value], {}, { shape: folded }), steps }
}
