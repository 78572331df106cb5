import type { Shape } from '../base/shape.ts'
import type { Attributes } from '../ops/op.ts'
import type { IrGraph, IrValue, ValueId, ValueRole } from './ir.ts'

/** Appends nodes to a graph under construction; shapes are inferred by the op's declaration. Implemented in `graph-builder.ts`. */
export interface GraphBuilder {
  /** Appends `op` and returns its outputs. `origin` defaults to the builder's current origin. Throws `op.shape` / `op.attribute`. */
  emit(
    op: string,
    inputs: readonly (ValueId | null)[],
    attributes?: Attributes,
    options?: { shape?: Shape; name?: string },
  ): ValueId[]
  /** The single output of an op that has one. */
  emitOne(
    op: string,
    inputs: readonly (ValueId | null)[],
    attributes?: Attributes,
    options?: { shape?: Shape; name?: string },
  ): ValueId
  value(role: ValueRole, name: string, shape: Shape, extra?: Partial<Pick<IrValue, 'slot' | 'literal'>>): ValueId
  shapeOf(value: ValueId): Shape
  /** Sets the document node that following nodes come from. */
  setOrigin(origin: string): void
  /** Sets which learning rate of a step the following nodes go by; 0 at first. */
  setRate(rate: number): void
  finish(name: string, outputs: readonly { name: string; value: ValueId }[], loss?: ValueId): IrGraph
}
