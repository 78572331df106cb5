import { initializerOf, initializerParams } from '../initializers.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { sequenceOf } from '../windows.ts'
import { forEverySample } from './scores.ts'

export const positionEmbedding = defineLayer({
  type: 'position_embedding',
  label: 'PositionEmbedding',
  keras: null,
  category: 'attention',
  icon: 'list-ordered',
  summary: 'Adds a learned vector for each position to a sequence.',
  aliases: ['positional encoding', 'learned positions'],
  help: 'Attention does not know the order of steps. This layer learns one vector for each position and adds it: $y_t = x_t + p_t$. Put it behind the Embedding of the tokens (both together are TokenAndPositionEmbedding of KerasHub).',
  inputs: [{ name: 'input', label: 'sequence' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: initializerParams('embeddings', 'glorot_uniform', 'initializer'),
  infer({ inputs }) {
    sequenceOf(inputs[0])
    return [inputs[0]!]
  },
  weights({ inputs, params }) {
    const [fanIn, fanOut] = sequenceOf(inputs[0])
    const initializer = initializerOf(params, 'embeddings', { fanIn, fanOut })
    return [{ name: 'embeddings', shape: [fanIn, fanOut], initializer, trainable: true }]
  },
  mask: passesMask,
  lower: ({ builder, values, weights }) => [
    builder.emitOne('add', [values[0]!, forEverySample(builder, weights.embeddings!)]),
  ],
  headline: () => ['learned'],
  samples: [
    { inputs: [[-1, 4, 3]], params: {} },
    { inputs: [[-1, 1, 5]], params: { embeddingsInitializer: 'random_normal' } },
    { inputs: [[-1, 7, 1]], params: {} },
  ],
})
