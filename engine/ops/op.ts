import type { Shape } from '../base/shape.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'

export type AttributeValue = number | boolean | string | readonly number[]
export type Attributes = Readonly<Record<string, AttributeValue>>

/** How an attribute is checked and encoded into the program's float64 attribute list, in declaration order. */
export type AttributeSpec =
  | { kind: 'integer'; min?: number; max?: number; default?: number }
  | { kind: 'number'; min?: number; max?: number; default?: number }
  | { kind: 'boolean'; default?: boolean }
  | { kind: 'choice'; options: readonly string[]; default?: string }
  | { kind: 'list'; default?: readonly number[] }

/** A concrete case for the conformance harness: input shapes (batch as -1), attributes, and how inputs are drawn. */
export interface OpSample {
  name: string
  /** null = optional input left out. */
  inputs: (Shape | null)[]
  attributes?: Record<string, AttributeValue>
  /** Per input: uniform range (default -1..1), or class indices below `classes`, or a distribution over the last axis. */
  draw?: (null | { min: number; max: number } | { classes: number } | { distribution: true })[]
  /** Inputs whose gradient is not checked (targets, indices). */
  constant?: number[]
  /** Output shape of a shaped op. */
  shape?: Shape
}

export interface VjpContext {
  builder: GraphBuilder
  /** Gradient of each output (null when nothing downstream depends on it). */
  gradients: (ValueId | null)[]
  inputs: (ValueId | null)[]
  outputs: ValueId[]
  attributes: Attributes
  /** True when the gradient of that input is wanted. */
  needs: boolean[]
}

/**
 * One op: everything the compiler knows of it. The float64 reference lives in `reference/<name>.ts`, the kernel in
 * `engine/native/src/kernels/<name>.cpp`; docs/ops.md states the semantics all three share.
 */
export interface OpDeclaration {
  name: string
  /** Names of inputs; a trailing `?` marks an optional one, a trailing `...` a variadic one (last only, any number). */
  inputs: readonly string[]
  /** Names of outputs; a trailing `?` marks one that the kernel leaves out when nothing reads it, `...` a variadic one (last only). */
  outputs: readonly string[]
  attributes: Readonly<Record<string, AttributeSpec>>
  /** The output shares the input's storage; no instruction is emitted. */
  alias?: boolean
  /** Pairs [output, input] of which the output overwrites the input's storage. */
  inPlace?: (inputCount: number, attributes: Attributes) => readonly (readonly [output: number, input: number])[]
  /** Pairs [output, input] of which the kernel allows the output to lie on the input's storage where that input is needed no more. */
  reuse?: Pairs | ((attributes: Attributes) => Pairs)
  /** Has an effect besides its outputs (accumulate, optimiser updates): never removed as dead, never merged. */
  effect?: boolean
  /** Part of an update of parameters: left out of steps that only gather gradients. */
  update?: boolean
  /** The output's shape does not follow from inputs and attributes: whoever emits the op states it. */
  shaped?: boolean
  /** Output shapes; `stated` is given for shaped ops. Throws a LaminaError `op.shape` with expected and received when inputs do not fit. */
  shape(inputs: readonly (Shape | null)[], attributes: Attributes, stated?: Shape): Shape[]
  /** Gradients of the inputs; null where there is none. Absent for ops that are never differentiated. */
  vjp?(context: VjpContext): (ValueId | null)[]
  /** Floating-point operations for one sample (multiply-add = 2); scalars ops may return 0. */
  flops(inputs: readonly (Shape | null)[], outputs: readonly Shape[], attributes: Attributes): number
  /** ONNX operator(s) this maps to, for the documentation and the exporter; null = training only. */
  onnx: string | null
  /** Points where the derivative jumps: a finite difference is not taken across them. Given one input's values, true = too close. */
  kinks?: (value: number, inputIndex: number, attributes: Attributes) => boolean
  samples: readonly OpSample[]
}

type Pairs = readonly (readonly [output: number, input: number])[]

/** The pairs [output, input] that may share storage with these attributes. */
export function reusePairs({ reuse }: OpDeclaration, attributes: Attributes): Pairs {
  return typeof reuse === 'function' ? reuse(attributes) : (reuse ?? [])
}

/** Identity with type checking; keeps declarations uniform. */
export function defineOp(declaration: OpDeclaration): OpDeclaration {
  return declaration
}

/** A naive float64 implementation for tests and finite differences. */
export interface ReferenceTensor {
  shape: number[]
  data: Float64Array
}

export interface ReferenceContext {
  /** Samples of the batch. */
  n: number
  seed: number
  iteration: number
  learningRate: number
  accumulators: Float64Array
}

/** Returns fresh outputs; an in-place op returns the new values of what it overwrites. */
export type ReferenceImplementation = (
  inputs: readonly (ReferenceTensor | null)[],
  attributes: Attributes,
  outputShapes: readonly number[][],
  context: ReferenceContext,
) => ReferenceTensor[]
