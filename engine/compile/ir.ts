import type { Shape } from '../base/shape.ts'
import type { Attributes } from '../ops/op.ts'

export type ValueId = number

/** `feed`: gathered from a data slot each batch. `parameter`/`state`/`slot`: persistent. `constant`: literal. `temporary`: computed. */
export type ValueRole = 'feed' | 'parameter' | 'state' | 'slot' | 'constant' | 'temporary'

export interface IrValue {
  id: ValueId
  name: string
  shape: Shape
  role: ValueRole
  /** role feed: the data slot. */
  slot?: number
  /** role constant: the numbers, row-major. */
  literal?: readonly number[]
}

export interface IrNode {
  op: string
  /** null = optional input left out. */
  inputs: readonly (ValueId | null)[]
  outputs: readonly ValueId[]
  attributes: Attributes
  /** Id of the document node this came from; '' for bookkeeping. */
  origin: string
  /** Which learning rate of a step it goes by; the first when left out. */
  rate?: number
}

/** An immutable graph in topological order, in static single assignment. */
export interface IrGraph {
  name: string
  values: ReadonlyMap<ValueId, IrValue>
  nodes: readonly IrNode[]
  /** Values that the caller reads after a run, in order. */
  outputs: readonly { name: string; value: ValueId }[]
  /** The scalar that is differentiated; absent in inference graphs. */
  loss?: ValueId
  /** Steps whose gradients make one update; 1 when left out. Ops of an update run in the last of them only. */
  updateEvery?: number
  /** Learning rates of a step; 1 when left out. */
  learningRates?: number
}
