import { defineLayer } from '../layer.ts'
import { maskOf } from '../masks.ts'
import { booleanParam, numberParam, textParam } from '../read-params.ts'
import { additiveScores, applyScores, hideQueries, scoreAttention, timesWeight } from './scores.ts'

export const attention = defineLayer(
  scoreAttention({
    type: 'attention',
    label: 'Attention',
    keras: 'Attention',
    icon: 'focus',
    summary: 'Mixes the values of a sequence by how well their keys match a query (Luong).',
    aliases: ['dot product', 'Luong'],
    help: 'Each step of the query is compared with each key, $s_{tj} = q_t \\cdot k_j$, and gets the mean of the values weighted by $\\text{softmax}_j(s_{tj})$. Without a key the values are their own keys; connect one sequence to query and value for self-attention. Masked values do not take part, and steps of a masked query become 0.',
    params: {
      scoreMode: {
        kind: 'choice',
        label: 'Score',
        help: 'How a query and a key are compared.',
        keras: 'score_mode',
        default: 'dot',
        options: [
          { value: 'dot', label: 'dot', help: '$q \\cdot k$' },
          { value: 'concat', label: 'concat', help: '$w \\sum \\tanh(q + k)$ with a learned $w$' },
        ],
      },
      useScale: {
        kind: 'boolean',
        label: 'Scale',
        help: 'A learned factor of the scores (of $q + k$ with concat).',
        keras: 'use_scale',
        default: false,
      },
    },
    weights({ params }) {
      const names = [
        ...(booleanParam(params, 'useScale') ? ['scale'] : []),
        ...(textParam(params, 'scoreMode') === 'concat' ? ['concat_score_weight'] : []),
      ]
      return names.map((name) => ({ name, shape: [1, 1], initializer: { name: 'ones' as const }, trainable: true }))
    },
    lower(context) {
      const { builder, params, values, weights, training, stream } = context
      const [query, value, key = value] = values as [number, number, number?]
      const scaled = (x: number): number => (weights.scale ? timesWeight(builder, x, weights.scale) : x)
      if (textParam(params, 'scoreMode') === 'concat') {
        const features = builder.shapeOf(query)[2]!
        const ones = builder.value('constant', 'ones', [features], { literal: Array<number>(features).fill(1) })
        const scores = additiveScores(builder, scaled(query), scaled(key), ones)
        const weighted = timesWeight(builder, scores, weights.concat_score_weight!)
        return [hideQueries(context, applyScores(context, weighted))]
      }
      const rate = training ? numberParam(params, 'dropout') : 0
      const attributes = { causal: booleanParam(params, 'causal'), rate, stream }
      const operands = [scaled(query), key, value, maskOf(context, 1)]
      return [hideQueries(context, builder.emit('attention', operands, attributes)[0]!)]
    },
    headline: (params) => [textParam(params, 'scoreMode'), ...(booleanParam(params, 'causal') ? ['causal'] : [])],
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
          [-1, 2, 3],
          [-1, 4, 5],
          [-1, 4, 3],
        ],
        params: { useScale: true, dropout: 0.2 },
      },
      {
        inputs: [
          [-1, 4, 2],
          [-1, 4, 2],
        ],
        params: { scoreMode: 'concat', useScale: true, causal: true },
      },
    ],
  }),
)
