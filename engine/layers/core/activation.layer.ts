import { activationOptions, lowerActivation } from '../activations.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { layerError } from '../problem.ts'
import { numberParam, textParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

export const activation = defineLayer({
  type: 'activation',
  label: 'Activation',
  keras: 'Activation',
  category: 'core',
  icon: 'activity',
  summary: 'Applies a function to every element.',
  aliases: ['nonlinearity', 'transfer function'],
  help: 'Without a non-linear function between them, any number of Dense layers equals one. Softmax and its logarithm work over the last axis; all others on each number alone.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    activation: {
      kind: 'choice',
      label: 'Function',
      help: 'The function applied.',
      keras: 'activation',
      default: 'relu',
      options: activationOptions,
    },
    negativeSlope: {
      kind: 'number',
      label: 'Negative slope',
      help: 'Slope of leaky ReLU for $x < 0$.',
      keras: 'negative_slope',
      default: 0.3,
      min: 0,
      max: 1,
      visible: (params) => params.activation === 'leaky_relu',
    },
    alpha: {
      kind: 'number',
      label: 'Alpha',
      help: 'ELU and CELU tend to $-\\alpha$ for very negative $x$.',
      keras: 'alpha',
      default: 1,
      min: 0,
      max: 10,
      visible: (params) => params.activation === 'elu' || params.activation === 'celu',
    },
  },
  infer({ inputs, params }) {
    const name = textParam(params, 'activation')
    if (name === 'softmax' || name === 'log_softmax') featuresOf(inputs[0])
    if (name === 'celu' && numberParam(params, 'alpha') === 0)
      throw layerError({
        code: 'layer.alpha',
        message: 'CELU divides by alpha.',
        param: 'alpha',
        expected: 'a number above 0',
        received: '0',
        fix: 'Set alpha to 1, or choose ReLU.',
      })
    return [inputs[0]!]
  },
  weights: () => [],
  mask: passesMask,
  lower({ builder, values, params }) {
    const name = textParam(params, 'activation')
    const alpha = numberParam(params, name === 'leaky_relu' ? 'negativeSlope' : 'alpha')
    return [lowerActivation(builder, values[0]!, name, alpha)]
  },
  headline: (params) => [textParam(params, 'activation')],
  samples: activationOptions.map((option) => ({ inputs: [[-1, 5]], params: { activation: option.value } })),
})
