import { defineLayer } from '../layer.ts'
import { booleanParam } from '../read-params.ts'
import { additiveScores, applyScores, attentionSizes, hideQueries, scoreAttention } from './scores.ts'

export const additiveAttention = defineLayer(
  scoreAttention({
    type: 'additive_attention',
    label: 'AdditiveAttention',
    keras: 'AdditiveAttention',
    icon: 'scan-search',
    summary: 'Mixes the values of a sequence by a learned sum over query and key (Bahdanau).',
    aliases: ['Bahdanau'],
    help: 'As Attention, with scores $s_{tj} = \\sum_d w_d \\tanh(q_{td} + k_{jd})$ and a learned $w$. It holds one number for each query, key and feature: costly for long sequences.',
    params: {
      useScale: {
        kind: 'boolean',
        label: 'Scale',
        help: 'Learns $w$; else it is 1.',
        keras: 'use_scale',
        default: true,
      },
    },
    weights({ inputs, params }) {
      if (!booleanParam(params, 'useScale')) return []
      const size = attentionSizes(inputs).queryFeatures
      const initializer = { name: 'glorot_uniform' as const, fanIn: size, fanOut: size }
      return [{ name: 'scale', shape: [size], initializer, trainable: true }]
    },
    lower(context) {
      const { builder, values, weights } = context
      const [query, value, key = value] = values as [number, number, number?]
      const features = builder.shapeOf(query)[2]!
      const literal = Array<number>(features).fill(1)
      const weight = weights.scale ?? builder.value('constant', 'ones', [features], { literal })
      return [hideQueries(context, applyScores(context, additiveScores(builder, query, key, weight)))]
    },
    headline: (params) => [booleanParam(params, 'useScale') ? 'learned scale' : 'no scale'],
    samples: [
      {
        inputs: [
          [-1, 3, 4],
          [-1, 5, 4],
        ],
        params: {},
      },
      {
        inputs: [
          [-1, 1, 3],
          [-1, 4, 2],
          [-1, 4, 3],
        ],
        params: { useScale: false, dropout: 0.3 },
      },
      {
        inputs: [
          [-1, 3, 1],
          [-1, 3, 1],
        ],
        params: { causal: true },
      },
    ],
  }),
)
