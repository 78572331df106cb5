import type { ErrorDetails } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'
import type { DatasetSignature } from '../graph/document.ts'
import type { EffectiveParams, ParamSpecs } from './params.ts'

export type LayerCategory =
  | 'io'
  | 'core'
  | 'convolution'
  | 'pooling'
  | 'normalization'
  | 'recurrent'
  | 'attention'
  | 'merge'
  | 'regularization'

export interface PortSpec {
  name: string
  label: string
  /** Takes any number of edges (at least `min`, default 2). */
  variadic?: boolean
  min?: number
  /** May be left open; such ports come last. */
  optional?: boolean
}

export type InitializerName =
  | 'zeros'
  | 'ones'
  | 'constant'
  | 'random_normal'
  | 'random_uniform'
  | 'glorot_uniform'
  | 'glorot_normal'
  | 'he_uniform'
  | 'he_normal'
  | 'lecun_uniform'
  | 'lecun_normal'
  | 'truncated_normal'
  | 'orthogonal'
  | 'identity'
  | 'variance_scaling'

export interface WeightSpec {
  /** `kernel`, `bias`, `gamma`, `moving_mean`, ... as in Keras. */
  name: string
  shape: Shape
  initializer: {
    name: InitializerName
    /** The constant, the gain of `orthogonal` and `identity`, the scale of `variance_scaling`. */
    value?: number
    mode?: 'fan_in' | 'fan_out' | 'fan_avg'
    distribution?: 'truncated_normal' | 'untruncated_normal' | 'uniform'
    fanIn?: number
    fanOut?: number
    /** First element and end of a range that starts at 1 whatever the rest does (the forget gate of an LSTM). */
    ones?: readonly [number, number]
  }
  /** false: state (moving statistics), never touched by the optimiser. */
  trainable: boolean
  regularizer?: { l1: number; l2: number }
  /** What it is projected onto after each step. */
  constraint?: { kind: 'non_neg' | 'max_norm' | 'unit_norm'; limit: number }
}

export interface ShapeContext {
  inputs: readonly Shape[]
  params: EffectiveParams
  /** Given for Input and Output; absent while no data is chosen. */
  dataset?: DatasetSignature
}

export interface LowerContext extends ShapeContext {
  builder: GraphBuilder
  values: readonly ValueId[]
  /** The mask of each input, null where it has none: 1 where a step counts, 0 where it is padding. Absent: no input has one. */
  masks?: readonly (ValueId | null)[]
  weights: Readonly<Record<string, ValueId>>
  training: boolean
  /** Philox stream of this layer (Stream.layers + its ordinal in the document). */
  stream: number
  /** Adds `l1 * sum |value| + l2 * sum value^2`, a mean over samples, to the loss (Keras activity_regularizer). */
  penalize(value: ValueId, factors: { l1: number; l2: number }): void
}

/** The shape of a mask, `N x steps` as a rule: the leading dimensions of the tensor that carries it. null: no mask. */
export type MaskShape = Shape | null

/** What a layer does with masks (Keras supports_masking and compute_mask). `masks.ts` has the usual ones. */
export interface MaskRule {
  /** The masks of the outputs from those of the inputs. */
  infer(masks: readonly MaskShape[], context: ShapeContext): readonly MaskShape[]
  /** Their values, computed after the layer itself; called when an output has one. */
  lower(context: LowerContext): readonly (ValueId | null)[]
  /** The layer's own result takes account of masks, or of this one, so that they may end here. */
  consumes?: boolean | ((mask: Shape, context: ShapeContext) => boolean)
}

/** Thrown by `infer` and `check`; becomes a Diagnostic at the node. */
export interface LayerProblem extends ErrorDetails {
  port?: string
  param?: string
}

/**
 * One layer: palette entry, inspector form, range checks, search space, documentation and conformance tests derive from it.
 * Keras 3 names, definitions and defaults.
 */
export interface LayerDeclaration {
  type: string
  label: string
  /** Class in Keras 3; null where Keras has none. */
  keras: string | null
  category: LayerCategory
  /** Name of a lucide icon. */
  icon: string
  /** One sentence for the palette. */
  summary: string
  /** Other names by which people look for it. */
  aliases?: readonly string[]
  /** A paragraph for the inspector; may hold formulas between `$`. */
  help: string
  inputs: readonly PortSpec[]
  outputs: readonly PortSpec[]
  params: ParamSpecs
  /** Output shapes (batch first). Throws a LaminaError whose details are a LayerProblem. */
  infer(context: ShapeContext): Shape[]
  /** Warnings about a legal but unwise setting (dying ReLU, softmax of one unit, ...). */
  advise?(context: ShapeContext): LayerProblem[]
  weights(context: ShapeContext): WeightSpec[]
  /** What becomes of masks; left out, the layer takes none: one that arrives ends there, with a warning. */
  mask?: MaskRule
  /**
   * Whether Keras' TimeDistributed makes sense of it: `folds` for layers that see one sample without its steps, `stepwise` for those that treat
   * every step alike by themselves.
   */
  timeDistributed?: 'folds' | 'stepwise'
  /** Forward ops; outputs in port order. Input and Output are handled by the compiler and have no lowering. */
  lower?(context: LowerContext): ValueId[]
  /** The two or three facts that the card shows (`64 units`, `relu`). */
  headline(params: EffectiveParams): string[]
  /** Parameter settings the conformance harness tries with input shapes (batch first). */
  samples: readonly { inputs: Shape[]; params: Record<string, unknown> }[]
}

/** Identity with type checking. */
export function defineLayer(declaration: LayerDeclaration): LayerDeclaration {
  return declaration
}
