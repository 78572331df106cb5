import { activationOptions, FUNCTION_NEGATIVE_SLOPE, lowerActivation } from '../activations.ts'
import {
  constraintOf,
  constraintParams,
  initializerOf,
  initializerParams,
  regularizerOf,
  regularizerParams,
} from '../initializers.ts'
import type { ShapeContext, WeightSpec } from '../layer.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { booleanParam, numberParam, textParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

const bias = { visible: (params: Readonly<Record<string, unknown>>) => params.useBias === true }

const biasRegularizer = regularizerParams('bias')
const biasConstraint = constraintParams('bias')

function weights({ inputs, params }: ShapeContext): WeightSpec[] {
  const fanIn = featuresOf(inputs[0])
  const fanOut = numberParam(params, 'units')
  const kernel: WeightSpec = {
    name: 'kernel',
    shape: [fanIn, fanOut],
    initializer: initializerOf(params, 'kernel', { fanIn, fanOut }),
    trainable: true,
    regularizer: regularizerOf(params, 'kernel'),
    constraint: constraintOf(params, 'kernel'),
  }
  if (!booleanParam(params, 'useBias')) return [kernel]
  return [
    kernel,
    {
      name: 'bias',
      shape: [fanOut],
      initializer: initializerOf(params, 'bias', { fanIn: fanOut, fanOut }),
      trainable: true,
      regularizer: regularizerOf(params, 'bias'),
      constraint: constraintOf(params, 'bias'),
    },
  ]
}

export const dense = defineLayer({
  type: 'dense',
  label: 'Dense',
  keras: 'Dense',
  category: 'core',
  icon: 'network',
  summary: 'Connects every input with every unit.',
  aliases: ['fully connected', 'FC', 'linear', 'perceptron'],
  help: 'Computes $y = f(x W + b)$ over the last axis; leading axes are kept. It has $I \\cdot units$ weights in the kernel $W$ and $units$ in the bias $b$. As an activation of this layer leaky_relu has slope 0.2 and elu $\\alpha = 1$; the Activation layer lets you choose.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    units: {
      kind: 'integer',
      label: 'Units',
      help: 'Number of neurons, the size of the last axis of the output.',
      keras: 'units',
      default: 32,
      min: 1,
      max: 65536,
      logarithmic: true,
    },
    activation: {
      kind: 'choice',
      label: 'Activation',
      help: 'The function $f$ applied to $x W + b$.',
      keras: 'activation',
      default: 'linear',
      options: activationOptions,
    },
    useBias: {
      kind: 'boolean',
      label: 'Bias',
      help: 'Adds a learned $b$ to every unit.',
      keras: 'use_bias',
      default: true,
    },
    ...initializerParams('kernel', 'glorot_uniform', 'kernel_initializer'),
    ...initializerParams('bias', 'zeros', 'bias_initializer'),
    ...regularizerParams('kernel'),
    biasL1: { ...biasRegularizer.biasL1!, ...bias },
    biasL2: { ...biasRegularizer.biasL2!, ...bias },
    ...regularizerParams('activity'),
    ...constraintParams('kernel'),
    biasConstraint: { ...biasConstraint.biasConstraint!, ...bias },
    biasMaxNorm: biasConstraint.biasMaxNorm!,
  },
  infer({ inputs, params }) {
    const shape = inputs[0] as readonly number[]
    featuresOf(shape)
    return [[...shape.slice(0, -1), numberParam(params, 'units')]]
  },
  advise({ params }) {
    const initializer = textParam(params, 'kernelInitializer')
    if (params.activation !== 'selu' || initializer.startsWith('lecun')) return []
    return [
      {
        code: 'advice.selu-initializer',
        message: 'SELU keeps mean 0 and variance 1 from layer to layer only with LeCun initial weights.',
        param: 'kernelInitializer',
        expected: 'lecun_normal',
        received: initializer,
        fix: 'Set the kernel initialiser to lecun_normal.',
      },
    ]
  },
  weights,
  mask: passesMask,
  lower({ builder, values, weights, params, penalize }) {
    const sum = builder.emitOne('dense', [values[0]!, weights.kernel!, weights.bias ?? null])
    const result = lowerActivation(builder, sum, textParam(params, 'activation'), activationAlpha(params.activation))
    const activity = regularizerOf(params, 'activity')
    if (activity) penalize(result, activity)
    return [result]
  },
  timeDistributed: 'stepwise',
  headline(params) {
    const units = numberParam(params, 'units')
    return [units === 1 ? '1 unit' : `${units} units`, textParam(params, 'activation')]
  },
  samples: [
    { inputs: [[-1, 4]], params: { units: 5 } },
    { inputs: [[-1, 4]], params: { units: 3, activation: 'softmax' } },
    { inputs: [[-1, 6]], params: { units: 2, activation: 'tanh', useBias: false } },
    { inputs: [[-1, 3, 4]], params: { units: 5, activation: 'relu', kernelInitializer: 'he_normal' } },
    { inputs: [[-1, 4]], params: { units: 4, activation: 'sigmoid', kernelL1: 0.01, kernelL2: 0.02, biasL2: 0.1 } },
    { inputs: [[-1, 4]], params: { units: 4, activation: 'tanh', activityL1: 0.01, activityL2: 0.02 } },
    { inputs: [[-1, 4]], params: { units: 4, kernelConstraint: 'max_norm', biasConstraint: 'non_neg' } },
    { inputs: [[-1, 4]], params: { units: 3, kernelConstraint: 'unit_norm', kernelInitializer: 'orthogonal' } },
    { inputs: [[-1, 4]], params: { units: 4, kernelInitializer: 'identity', biasInitializer: 'truncated_normal' } },
  ],
})

function activationAlpha(activation: unknown): number {
  return activation === 'leaky_relu' ? FUNCTION_NEGATIVE_SLOPE : 1
}
