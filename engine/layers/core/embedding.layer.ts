import {
  constraintOf,
  constraintParams,
  initializerOf,
  initializerParams,
  regularizerOf,
  regularizerParams,
} from '../initializers.ts'
import { defineLayer } from '../layer.ts'
import { differsFrom } from '../masks.ts'
import { booleanParam, numberParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

export const embedding = defineLayer({
  type: 'embedding',
  label: 'Embedding',
  keras: 'Embedding',
  category: 'core',
  icon: 'table-2',
  summary: 'Looks up a learned vector for each number of a token or category.',
  aliases: ['lookup table', 'text', 'tokens', 'word vectors'],
  help: 'Replaces each number $i$ of its input by row $i$ of a learned table with $inputDim$ rows and $outputDim$ columns; a last axis of $outputDim$ is added. The input holds whole numbers from 0 to $inputDim - 1$, so leave those columns unscaled. A number outside makes the result, and so the loss, not a number (NaN). Fractions are cut off. Nothing before the layer can learn, because a choice has no gradient.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    inputDim: {
      kind: 'integer',
      label: 'Vocabulary size',
      help: 'Number of rows of the table: the largest number of the input plus one.',
      keras: 'input_dim',
      default: 1000,
      min: 1,
      max: 1000000,
      logarithmic: true,
      searchable: false,
    },
    outputDim: {
      kind: 'integer',
      label: 'Dimensions',
      help: 'Length of the vector for each number.',
      keras: 'output_dim',
      default: 16,
      min: 1,
      max: 65536,
      logarithmic: true,
    },
    maskZero: {
      kind: 'boolean',
      label: 'Mask zero',
      help: 'The number 0 is padding: layers behind skip those steps. No token may then have the number 0.',
      keras: 'mask_zero',
      default: false,
      searchable: false,
    },
    ...initializerParams('embeddings', 'random_uniform', 'embeddings_initializer'),
    ...regularizerParams('embeddings'),
    ...constraintParams('embeddings'),
  },
  infer({ inputs, params }) {
    featuresOf(inputs[0])
    return [[...inputs[0]!, numberParam(params, 'outputDim')]]
  },
  weights({ params }) {
    const shape = [numberParam(params, 'inputDim'), numberParam(params, 'outputDim')]
    return [
      {
        name: 'embeddings',
        shape,
        initializer: initializerOf(params, 'embeddings'),
        trainable: true,
        regularizer: regularizerOf(params, 'embeddings'),
        constraint: constraintOf(params, 'embeddings'),
      },
    ]
  },
  mask: {
    infer: (_, { inputs, params }) => [booleanParam(params, 'maskZero') ? inputs[0]! : null],
    lower: (context) => [differsFrom(0, context, true)],
  },
  lower: ({ builder, values, weights }) => [builder.emitOne('embedding', [values[0]!, weights.embeddings!])],
  headline: (params) => [`${numberParam(params, 'inputDim')} ids`, `${numberParam(params, 'outputDim')} dimensions`],
  samples: [
    { inputs: [[-1, 4]], params: { inputDim: 7, outputDim: 3 } },
    { inputs: [[-1, 1]], params: { inputDim: 3, outputDim: 5, embeddingsL2: 0.01 } },
    { inputs: [[-1, 3]], params: { inputDim: 4, outputDim: 2, maskZero: true } },
    { inputs: [[-1, 2, 3]], params: { inputDim: 5, outputDim: 2, embeddingsInitializer: 'random_normal' } },
    { inputs: [[-1, 3]], params: { inputDim: 4, outputDim: 2, embeddingsConstraint: 'unit_norm' } },
  ],
})
