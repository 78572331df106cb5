import type { ValueId } from '../../compile/ir.ts'
import { activationOptions, FUNCTION_NEGATIVE_SLOPE, lowerActivation } from '../activations.ts'
import { initializerOf, initializerParams } from '../initializers.ts'
import { defineLayer, type ShapeContext, type WeightSpec } from '../layer.ts'
import { maskOf, passesMask } from '../masks.ts'
import { layerError } from '../problem.ts'
import { booleanParam, numberParam, textParam } from '../read-params.ts'
import { sequenceOf } from '../windows.ts'
import { type HeadSizes, headWeights, lowerHeads } from './heads.ts'
import { causalParam } from './scores.ts'

/** Random numbers of the parts of one layer are that many streams apart: more than a network has layers. */
const STREAMS_APART = 2 ** 20

const normalized = ['attention_norm', 'feedforward_norm'] as const

function sizesOf({ inputs, params }: ShapeContext): HeadSizes {
  const [, features] = sequenceOf(inputs[0])
  const heads = numberParam(params, 'numHeads')
  if (features % heads !== 0) {
    const fitting = Array.from({ length: features }, (_, index) => index + 1).filter((count) => features % count === 0)
    throw layerError({
      code: 'layer.heads',
      message: `${features} features cannot be shared out among ${heads} heads.`,
      port: 'input',
      param: 'numHeads',
      expected: `a divisor of ${features}`,
      received: String(heads),
      fix: `Use ${fitting.slice(0, 6).join(', ')} heads, or another number of features.`,
    })
  }
  const dim = features / heads
  const [queryFeatures, keyFeatures, valueFeatures, outputFeatures] = Array<number>(4).fill(features) as [
    number,
    number,
    number,
    number,
  ]
  return { heads, keyDim: dim, valueDim: dim, queryFeatures, keyFeatures, valueFeatures, outputFeatures }
}

export const transformerEncoder = defineLayer({
  type: 'transformer_encoder',
  label: 'TransformerEncoder',
  keras: null,
  category: 'attention',
  icon: 'blocks',
  summary: 'One block of a transformer: self-attention and a small network for every step, with residual connections.',
  aliases: ['self attention', 'BERT', 'transformer block'],
  help: 'Computes $a = \\text{norm}(x + \\text{attention}(x))$ and $y = \\text{norm}(a + W_2 f(W_1 a))$ (Vaswani et al. 2017; TransformerEncoder of KerasHub). With "normalise first" each part reads a normalised copy instead and the sums stay as they are: deep stacks train more calmly. Masked steps do not take part in the attention.',
  inputs: [{ name: 'input', label: 'sequence' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    numHeads: {
      kind: 'integer',
      label: 'Heads',
      help: 'Attentions side by side; the features of the input are shared out among them.',
      keras: 'num_heads',
      default: 4,
      min: 1,
      max: 256,
      logarithmic: true,
    },
    intermediateDim: {
      kind: 'integer',
      label: 'Feed-forward units',
      help: 'Units of the hidden layer of the network for every step.',
      keras: 'intermediate_dim',
      default: 128,
      min: 1,
      max: 65536,
      logarithmic: true,
    },
    activation: {
      kind: 'choice',
      label: 'Activation',
      help: 'The function $f$ of that hidden layer.',
      keras: 'activation',
      default: 'relu',
      options: activationOptions.filter(({ value }) => value !== 'softmax' && value !== 'step'),
    },
    dropout: {
      kind: 'number',
      label: 'Dropout',
      help: 'Fraction of the attention weights, and of the results of both parts, set to zero while training.',
      keras: 'dropout',
      default: 0,
      min: 0,
      max: 1,
      exclusiveMax: true,
    },
    normalizeFirst: {
      kind: 'boolean',
      label: 'Normalise first',
      help: 'Normalises what each part reads (pre-norm) instead of each sum (post-norm).',
      keras: 'normalize_first',
      default: false,
    },
    epsilon: {
      kind: 'number',
      label: 'Epsilon',
      help: 'Added to the variance against division by zero.',
      keras: 'layer_norm_epsilon',
      default: 1e-5,
      min: 0,
      max: 1,
      exclusiveMin: true,
      logarithmic: true,
      searchable: false,
    },
    causal: causalParam,
    ...initializerParams('kernel', 'glorot_uniform', 'kernel_initializer'),
  },
  infer(context) {
    sizesOf(context)
    return [context.inputs[0]!]
  },
  weights(context) {
    const sizes = sizesOf(context)
    const features = sizes.queryFeatures
    const units = numberParam(context.params, 'intermediateDim')
    const matrix = (name: string, fanIn: number, fanOut: number): WeightSpec => {
      const initializer = initializerOf(context.params, 'kernel', { fanIn, fanOut })
      return { name, shape: [fanIn, fanOut], initializer, trainable: true }
    }
    const vector = (name: string, size: number, value: 'zeros' | 'ones'): WeightSpec => {
      return { name, shape: [size], initializer: { name: value }, trainable: true }
    }
    return [
      ...headWeights(sizes, context.params, 'attention_'),
      ...normalized.flatMap((name) => [
        vector(`${name}_gamma`, features, 'ones'),
        vector(`${name}_beta`, features, 'zeros'),
      ]),
      matrix('intermediate_kernel', features, units),
      vector('intermediate_bias', units, 'zeros'),
      matrix('output_kernel', units, features),
      vector('output_bias', features, 'zeros'),
    ]
  },
  mask: passesMask,
  lower(context) {
    const { builder, params, values, weights, training, stream } = context
    const rate = training ? numberParam(params, 'dropout') : 0
    const first = booleanParam(params, 'normalizeFirst')
    const norm = (x: ValueId, name: (typeof normalized)[number]): ValueId => {
      const operands = [x, weights[`${name}_gamma`]!, weights[`${name}_beta`]!]
      return builder.emit('layer_normalization', operands, { epsilon: numberParam(params, 'epsilon') })[0]!
    }
    const residual = (x: ValueId, index: 0 | 1, part: (input: ValueId) => ValueId): ValueId => {
      const name = normalized[index]!
      const result = part(first ? norm(x, name) : x)
      const attributes = { rate, stream: stream + (index + 1) * STREAMS_APART }
      const kept = rate > 0 ? builder.emit('dropout', [result], attributes)[0]! : result
      const sum = builder.emitOne('add', [x, kept])
      return first ? sum : norm(sum, name)
    }
    const causal = booleanParam(params, 'causal')
    const attended = residual(values[0]!, 0, (x) => {
      const operands = { query: x, key: x, value: x, mask: maskOf(context), rate, causal }
      return lowerHeads(context, sizesOf(context), operands, 'attention_')
    })
    return [
      residual(attended, 1, (x) => {
        const sum = builder.emitOne('dense', [x, weights.intermediate_kernel!, weights.intermediate_bias!])
        const activation = textParam(params, 'activation')
        const alpha = activation === 'leaky_relu' ? FUNCTION_NEGATIVE_SLOPE : 1
        const hidden = lowerActivation(builder, sum, activation, alpha)
        return builder.emitOne('dense', [hidden, weights.output_kernel!, weights.output_bias!])
      }),
    ]
  },
  headline: (params) => [
    `${numberParam(params, 'numHeads')} heads`,
    `${numberParam(params, 'intermediateDim')} units`,
    ...(booleanParam(params, 'normalizeFirst') ? ['pre-norm'] : []),
  ],
  samples: [
    { inputs: [[-1, 4, 6]], params: { numHeads: 2, intermediateDim: 5 } },
    { inputs: [[-1, 3, 3]], params: { numHeads: 3, intermediateDim: 4, normalizeFirst: true, activation: 'gelu' } },
    { inputs: [[-1, 1, 4]], params: { numHeads: 1, intermediateDim: 3, dropout: 0.2, causal: true } },
  ],
})
