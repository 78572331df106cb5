import type { JsonObject } from '../base/json.ts'

export type NodeId = string
export type EdgeId = string

/** A layer placed on the canvas. */
export interface GraphNode {
  readonly id: NodeId
  /** A layer type of the registry (`dense`, `input`, ...). */
  readonly type: string
  /** Unique within the document, an identifier (`dense_1`); names weights and override paths. */
  readonly name: string
  /** Only what differs from the declaration's defaults needs to be here. */
  readonly params: JsonObject
  readonly position: { readonly x: number; readonly y: number }
  /** Frozen: its weights are not trained. */
  readonly frozen?: boolean
  /** Uses the weights of this node of the same type, as one layer of Keras that is called more than once (`sharing.ts`). */
  readonly weightsFrom?: NodeId
}

export interface PortRef {
  readonly node: NodeId
  readonly port: string
}

/** A connection from an output port to an input port. */
export interface GraphEdge {
  readonly id: EdgeId
  readonly from: PortRef
  readonly to: PortRef
  /** Position among the edges of a variadic input port. */
  readonly order: number
}

/** An immutable drawing of a network. Changes are patches (`patch.ts`). */
export interface GraphDocument {
  readonly format: 2
  readonly nodes: Readonly<Record<NodeId, GraphNode>>
  readonly edges: Readonly<Record<EdgeId, GraphEdge>>
}

export const emptyDocument: GraphDocument = { format: 2, nodes: {}, edges: {} }

/** What a data set offers to a network: enough to infer shapes, no rows. */
export interface DatasetSignature {
  rowCount: number
  /** Feature columns in order. */
  features: readonly FeatureSignature[]
  targets: readonly (TargetSignature & { kind: 'classes' | 'numeric' })[]
}

/** What an Output is compared with: a target column, or several that it predicts together. */
export interface TargetSignature {
  /** Its name; the names of several, joined. */
  column: string
  /** `labels`: several columns of two classes each, which do not exclude each other. */
  kind: 'classes' | 'numeric' | 'labels'
  classes?: readonly string[]
  /** Several columns, one unit each. */
  columns?: readonly string[]
}

/** One feature column after encoding. */
export interface FeatureSignature {
  name: string
  /** Numbers a row. */
  width: number
  /** Dimensions of a row's array, for a column that holds arrays. */
  shape?: readonly number[]
  /** The column holds whole numbers from 0 to `ids` - 1: tokens, or categories in their order. */
  ids?: number
  /** Those ids are the tokens of a text. */
  text?: boolean
  /** The numbers are scaled or one-hot, so they are no ids. */
  scaled?: boolean
  /** The transform that turns 0 into another number, whatever the data. */
  movesZero?: 'standardize' | 'robust'
}
