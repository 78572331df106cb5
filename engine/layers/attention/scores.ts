import type { Shape } from '../../base/shape.ts'
import type { GraphBuilder } from '../../compile/builder.ts'
import type { ValueId } from '../../compile/ir.ts'
import type { LayerDeclaration, LowerContext, MaskRule, PortSpec } from '../layer.ts'
import { maskOf } from '../masks.ts'
import type { ParamSpec, ParamSpecs } from '../params.ts'
import { layerError, rankError } from '../problem.ts'
import { booleanParam, numberParam } from '../read-params.ts'

/** Queries, values and, where they are not the values, keys. */
export const attentionPorts: readonly PortSpec[] = [
  { name: 'query', label: 'query' },
  { name: 'value', label: 'value' },
  { name: 'key', label: 'key', optional: true },
]

export const causalParam: ParamSpec = {
  kind: 'boolean',
  label: 'Causal',
  help: 'A step sees itself and earlier steps only, as in networks that predict the next token.',
  keras: 'use_causal_mask',
  default: false,
}

export const weightDropoutParam: ParamSpec = {
  kind: 'number',
  label: 'Dropout',
  help: 'Fraction of the attention weights set to zero while training.',
  keras: 'dropout',
  default: 0,
  min: 0,
  max: 1,
  exclusiveMax: true,
}

/** Steps and features of queries, keys and values. */
export interface AttentionSizes {
  queries: number
  keys: number
  queryFeatures: number
  keyFeatures: number
  valueFeatures: number
}

function sequence(port: string, shape: Shape | undefined): readonly [number, number] {
  if (shape?.length === 3) return [shape[1]!, shape[2]!]
  throw rankError(shape, {
    message: `The ${port} is not made of sequences.`,
    port,
    expected: 'N x steps x features',
    rank: 3,
    fix:
      shape?.length === 2 ? 'Put an Embedding or a Reshape in front.' : 'Put a Reshape to (steps, features) in front.',
  })
}

/** The sizes of what arrives at `attentionPorts`. Throws `layer.rank`, and `graph.shape-mismatch` when keys and values differ in length. */
export function attentionSizes([query, value, key = value]: readonly Shape[]): AttentionSizes {
  const [queries, queryFeatures] = sequence('query', query)
  const [steps, valueFeatures] = sequence('value', value)
  const [keys, keyFeatures] = sequence('key', key)
  if (keys !== steps)
    throw layerError({
      code: 'graph.shape-mismatch',
      message: `There are ${keys} keys for ${steps} values.`,
      port: 'key',
      expected: `${steps} steps`,
      received: `${keys} steps`,
      fix: 'Take keys and values from the same sequence, or leave the key open.',
    })
  return { queries, keys, queryFeatures, keyFeatures, valueFeatures }
}

/** Refuses queries and keys that no product can compare. */
export function requireComparable({ queryFeatures, keyFeatures }: AttentionSizes): void {
  if (queryFeatures === keyFeatures) return
  throw layerError({
    code: 'graph.shape-mismatch',
    message: `Queries of ${queryFeatures} features cannot be compared with keys of ${keyFeatures}.`,
    port: 'query',
    expected: `${keyFeatures} features`,
    received: `${queryFeatures} features`,
    fix: `Put a Dense with ${keyFeatures} units in front of the query, or use MultiHeadAttention.`,
  })
}

/** Masks of values (and keys) are used up; the output carries the mask of the query. */
export const passesQueryMask: MaskRule = {
  infer: ([query]) => [query ?? null],
  lower: (context) => [maskOf(context)],
  consumes: true,
}

/** A tensor of one sample as [N, ...]: a parameter or constant repeated for every sample. */
export function forEverySample(builder: GraphBuilder, value: ValueId): ValueId {
  const shape = builder.shapeOf(value)
  const size = shape.reduce((product, dimension) => product * dimension, 1)
  const row = builder.emitOne('reshape', [value], {}, { shape: [1, size] })
  const ones = builder.emitOne('fill', [], { value: 1 }, { shape: [-1, 1] })
  const rows = builder.emitOne('dense', [ones, row, null])
  return builder.emitOne('reshape', [rows], {}, { shape: [-1, ...shape] })
}

/** x times a learned number, a weight of shape [1, 1]. */
export function timesWeight(builder: GraphBuilder, x: ValueId, weight: ValueId): ValueId {
  const shape = builder.shapeOf(x)
  const column = builder.emitOne('reshape', [x], {}, { shape: [...shape, 1] })
  return builder.emitOne('reshape', [builder.emitOne('dense', [column, weight, null])], {}, { shape })
}

/** Repeats x [N, ...] with an axis of size 1 put in at `axis`. */
function along(builder: GraphBuilder, x: ValueId, axis: number, size: number): ValueId {
  const shape = builder.shapeOf(x)
  const single = [...shape.slice(0, axis), 1, ...shape.slice(axis)]
  const ranked = builder.emitOne('reshape', [x], {}, { shape: single })
  return builder.emitOne('broadcast', [ranked], {}, { shape: single.with(axis, size) })
}

/** Sum over the features of weight times tanh(query + key) for each pair of steps, [N, queries, keys]. */
export function additiveScores(builder: GraphBuilder, query: ValueId, key: ValueId, weight: ValueId): ValueId {
  const [, queries, features] = builder.shapeOf(query) as [number, number, number]
  const [, keys] = builder.shapeOf(key) as [number, number, number]
  const sum = builder.emitOne('add', [along(builder, query, 2, keys), along(builder, key, 1, queries)])
  const bent = builder.emitOne('activation', [sum], { activation: 'tanh' })
  const column = builder.emitOne('reshape', [weight], {}, { shape: [features, 1] })
  const scores = builder.emitOne('dense', [bent, column, null])
  return builder.emitOne('reshape', [scores], {}, { shape: [-1, queries, keys] })
}

/** What Keras adds to the scores of steps that do not count. */
const MASKED = -1e9

/** softmax(scores) value with masks, causality and dropout as in Keras' Attention. */
export function applyScores(context: LowerContext, scores: ValueId): ValueId {
  const { builder, params, values, training, stream } = context
  const [, queries, keys] = builder.shapeOf(scores) as [number, number, number]
  const terms = [scores]
  const mask = maskOf(context, 1)
  if (mask !== null) {
    const hidden = builder.emitOne('subtract', [mask, builder.emitOne('fill', [], { value: 1 }, { shape: [-1, keys] })])
    terms.push(along(builder, builder.emitOne('scale', [hidden], { factor: -MASKED }), 1, queries))
  }
  if (booleanParam(params, 'causal')) {
    const literal = Array.from({ length: queries * keys }, (_, i) => (i % keys > Math.floor(i / keys) ? MASKED : 0))
    terms.push(forEverySample(builder, builder.value('constant', 'later steps', [queries, keys], { literal })))
  }
  let weights = builder.emitOne('softmax', [terms.length === 1 ? scores : builder.emitOne('add', terms)])
  const rate = numberParam(params, 'dropout')
  if (training && rate > 0) weights = builder.emit('dropout', [weights], { rate, stream })[0]!
  return builder.emitOne('batch_matmul', [weights, values[1]!])
}

/** The output with the steps of a masked query set to 0, as Keras' Attention and AdditiveAttention do. */
export function hideQueries(context: LowerContext, output: ValueId): ValueId {
  const mask = maskOf(context)
  return mask === null ? output : context.builder.emitOne('apply_mask', [output, mask])
}

/** What Attention and AdditiveAttention have in common. */
export function scoreAttention(
  about: Pick<
    LayerDeclaration,
    'type' | 'label' | 'keras' | 'icon' | 'summary' | 'aliases' | 'help' | 'weights' | 'lower' | 'headline'
  > & {
    params: ParamSpecs
    samples: LayerDeclaration['samples']
  },
): LayerDeclaration {
  return {
    ...about,
    category: 'attention',
    inputs: attentionPorts,
    outputs: [{ name: 'output', label: 'output' }],
    params: { ...about.params, dropout: weightDropoutParam, causal: causalParam },
    infer({ inputs }) {
      const sizes = attentionSizes(inputs)
      requireComparable(sizes)
      return [[-1, sizes.queries, sizes.valueFeatures]]
    },
    mask: passesQueryMask,
  }
}
