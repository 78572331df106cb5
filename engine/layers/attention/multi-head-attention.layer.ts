import { constraintParams, initializerParams, regularizerParams } from '../initializers.ts'
import { defineLayer, type ShapeContext } from '../layer.ts'
import { maskOf } from '../masks.ts'
import { booleanParam, numberParam } from '../read-params.ts'
import { type HeadSizes, headWeights, lowerHeads } from './heads.ts'
import { attentionPorts, attentionSizes, causalParam, passesQueryMask, weightDropoutParam } from './scores.ts'

function sizesOf({ inputs, params }: ShapeContext): HeadSizes {
  const { queryFeatures, keyFeatures, valueFeatures } = attentionSizes(inputs)
  const keyDim = numberParam(params, 'keyDim')
  return {
    heads: numberParam(params, 'numHeads'),
    keyDim,
    valueDim: numberParam(params, 'valueDim') || keyDim,
    queryFeatures,
    keyFeatures,
    valueFeatures,
    outputFeatures: numberParam(params, 'outputFeatures') || queryFeatures,
  }
}

export const multiHeadAttention = defineLayer({
  type: 'multi_head_attention',
  label: 'MultiHeadAttention',
  keras: 'MultiHeadAttention',
  category: 'attention',
  icon: 'network',
  summary: 'Several attentions side by side, each over learned projections of query, key and value.',
  aliases: ['self attention', 'cross attention'],
  help: 'Each head projects query, key and value to a few features and computes $\\text{softmax}(q k^T / \\sqrt{d}) v$ with $d = keyDim$; the heads are joined by one more projection. Connect one sequence to query and value for self-attention. Masked values do not take part; the output carries the mask of the query.',
  inputs: attentionPorts,
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    numHeads: {
      kind: 'integer',
      label: 'Heads',
      help: 'Attentions side by side.',
      keras: 'num_heads',
      default: 4,
      min: 1,
      max: 256,
      logarithmic: true,
    },
    keyDim: {
      kind: 'integer',
      label: 'Key dimensions',
      help: 'Features of a query or key in each head.',
      keras: 'key_dim',
      default: 16,
      min: 1,
      max: 4096,
      logarithmic: true,
    },
    valueDim: {
      kind: 'integer',
      label: 'Value dimensions',
      help: 'Features of a value in each head; 0 = as many as of a key.',
      keras: 'value_dim',
      default: 0,
      min: 0,
      max: 4096,
      searchable: false,
    },
    outputFeatures: {
      kind: 'integer',
      label: 'Output features',
      help: 'Features of the output; 0 = as many as the query has.',
      keras: 'output_shape',
      default: 0,
      min: 0,
      max: 65536,
      searchable: false,
    },
    dropout: weightDropoutParam,
    causal: causalParam,
    useBias: {
      kind: 'boolean',
      label: 'Bias',
      help: 'Adds a learned bias in every projection.',
      keras: 'use_bias',
      default: true,
    },
    ...initializerParams('kernel', 'glorot_uniform', 'kernel_initializer'),
    ...initializerParams('bias', 'zeros', 'bias_initializer'),
    ...regularizerParams('kernel'),
    ...regularizerParams('bias'),
    ...constraintParams('kernel', false),
    ...constraintParams('bias', false),
  },
  infer(context) {
    const { queries } = attentionSizes(context.inputs)
    return [[-1, queries, sizesOf(context).outputFeatures]]
  },
  weights: (context) => headWeights(sizesOf(context), context.params),
  mask: passesQueryMask,
  lower(context) {
    const { builder, params, values, training } = context
    const [query, value, key = value] = values as [number, number, number?]
    const masks = [maskOf(context, 1), key === value ? null : maskOf(context, 2)].filter((mask) => mask !== null)
    const mask = masks.length === 2 ? builder.emitOne('multiply', masks) : (masks[0] ?? null)
    const rate = training ? numberParam(params, 'dropout') : 0
    return [
      lowerHeads(context, sizesOf(context), { query, key, value, mask, rate, causal: booleanParam(params, 'causal') }),
    ]
  },
  headline: (params) => [
    `${numberParam(params, 'numHeads')} heads of ${numberParam(params, 'keyDim')}`,
    ...(booleanParam(params, 'causal') ? ['causal'] : []),
  ],
  samples: [
    {
      inputs: [
        [-1, 4, 6],
        [-1, 4, 6],
      ],
      params: { numHeads: 2, keyDim: 3 },
    },
    {
      inputs: [
        [-1, 2, 3],
        [-1, 5, 4],
        [-1, 5, 2],
      ],
      params: { numHeads: 1, keyDim: 2, valueDim: 5, outputFeatures: 4, useBias: false },
    },
    {
      inputs: [
        [-1, 3, 4],
        [-1, 3, 4],
      ],
      params: { numHeads: 3, keyDim: 1, dropout: 0.2, causal: true, kernelL2: 0.01 },
    },
    {
      inputs: [
        [-1, 3, 4],
        [-1, 2, 4],
      ],
      params: { numHeads: 2, keyDim: 2, kernelConstraint: 'non_neg', biasConstraint: 'non_neg' },
    },
  ],
})
