import type { ValueId } from '../../compile/ir.ts'
import { constraintOf, initializerOf, regularizerOf } from '../initializers.ts'
import type { LowerContext, WeightSpec } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'

/** Sizes of the projections of an attention of several heads. */
export interface HeadSizes {
  heads: number
  keyDim: number
  valueDim: number
  queryFeatures: number
  keyFeatures: number
  valueFeatures: number
  outputFeatures: number
}

/**
 * Projections of query, key, value and output. Keras lays them out as [features, heads, dim] and [heads, dim, features]: the same numbers in
 * the same order, with the fans it takes for such kernels. Bias, bias initialiser, regularisers and constraints follow the parameters where there are any.
 */
export function headWeights(sizes: HeadSizes, params: EffectiveParams, prefix = ''): WeightSpec[] {
  const { heads, keyDim, valueDim, outputFeatures } = sizes
  const into = (name: string, features: number, dim: number) =>
    ({ name, rows: features, columns: heads * dim, fanIn: features * heads, fanOut: features * dim }) as const
  const projections = [
    into('query', sizes.queryFeatures, keyDim),
    into('key', sizes.keyFeatures, keyDim),
    into('value', sizes.valueFeatures, valueDim),
    {
      name: 'output',
      rows: heads * valueDim,
      columns: outputFeatures,
      fanIn: heads * valueDim,
      fanOut: heads * outputFeatures,
    },
  ]
  const kept = (weight: 'kernel' | 'bias') => {
    if (!(`${weight}L1` in params)) return {}
    return { regularizer: regularizerOf(params, weight), constraint: constraintOf(params, weight) }
  }
  return projections.flatMap(({ name, rows, columns, fanIn, fanOut }) => {
    const kernel: WeightSpec = {
      name: `${prefix}${name}_kernel`,
      shape: [rows, columns],
      initializer: initializerOf(params, 'kernel', { fanIn, fanOut }),
      trainable: true,
      ...kept('kernel'),
    }
    if (params.useBias === false) return [kernel]
    const bias: WeightSpec = {
      name: `${prefix}${name}_bias`,
      shape: [columns],
      initializer: 'biasInitializer' in params ? initializerOf(params, 'bias') : { name: 'zeros' },
      trainable: true,
      ...kept('bias'),
    }
    return [kernel, bias]
  })
}

interface HeadOperands {
  query: ValueId
  key: ValueId
  value: ValueId
  /** Which keys count. */
  mask: ValueId | null
  rate: number
  causal: boolean
}

/** Projected queries, keys and values, attention of every head, projected to the output (Vaswani et al. 2017). */
export function lowerHeads(
  { builder, weights, stream }: LowerContext,
  { heads, keyDim }: HeadSizes,
  { query, key, value, mask, rate, causal }: HeadOperands,
  prefix = '',
): ValueId {
  const project = (name: string, x: ValueId): ValueId =>
    builder.emitOne('dense', [x, weights[`${prefix}${name}_kernel`]!, weights[`${prefix}${name}_bias`] ?? null])
  const operands = [project('query', query), project('key', key), project('value', value), mask]
  const attributes = { heads, scale: 1 / Math.sqrt(keyDim), causal, rate, stream }
  return project('output', builder.emit('attention', operands, attributes)[0]!)
}
