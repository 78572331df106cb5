import type { Shape } from '../../base/shape.ts'
import type { ValueId } from '../../compile/ir.ts'
import { cellActivations } from '../../ops/recurrent.ts'
import { findOp } from '../../ops/registry.ts'
import { activationOptions } from '../activations.ts'
import {
  constraintOf,
  constraintParams,
  initializerOf,
  initializerParams,
  regularizerOf,
  regularizerParams,
} from '../initializers.ts'
import type { LayerDeclaration, LowerContext, MaskRule, ShapeContext, WeightSpec } from '../layer.ts'
import { maskOf } from '../masks.ts'
import type { EffectiveParams, ParamSpecs } from '../params.ts'
import { rankError } from '../problem.ts'
import { booleanParam, numberParam, textParam } from '../read-params.ts'

/** What distinguishes one kind of recurrent layer. */
export interface RecurrentKind {
  type: string
  label: string
  keras: string
  icon: string
  summary: string
  help: string
  /** The op, and columns of its weights for each unit. */
  op: string
  gates: number
  biasShape: (units: number, params: EffectiveParams) => Shape
  /** Parameters of this kind alone. */
  params?: ParamSpecs
  /** Elements of the bias that start at 1. */
  biasOnes?: (params: EffectiveParams, units: number) => readonly [number, number] | undefined
  samples?: LayerDeclaration['samples']
}

/** Functions that the cells know. */
export const cellActivationOptions = activationOptions.filter(({ value }) =>
  (cellActivations as readonly string[]).includes(value),
)

/** Between words of Philox streams of one layer that draws more than once. */
const STREAM_STEP = 65536

const mergeModes = [
  { value: 'concat', label: 'concatenate', help: 'forward units, then backward units' },
  { value: 'sum', label: 'sum' },
  { value: 'mul', label: 'product' },
  { value: 'ave', label: 'mean' },
]

const withBias = { visible: (params: EffectiveParams) => params.useBias === true }
const biasRegularizer = regularizerParams('bias')
const biasConstraint = constraintParams('bias')

/** Keras' `dropout` and `recurrent_dropout`. */
export const recurrentDropoutParams: ParamSpecs = {
  dropout: {
    kind: 'number',
    label: 'Dropout',
    help: 'Fraction of the input features set to zero while training, the same at every step of a sequence.',
    keras: 'dropout',
    default: 0,
    min: 0,
    max: 1,
    exclusiveMax: true,
  },
  recurrentDropout: {
    kind: 'number',
    label: 'Recurrent dropout',
    help: 'Fraction of the state set to zero on its way to the next step while training, the same at every step; each gate leaves out numbers of its own.',
    keras: 'recurrent_dropout',
    default: 0,
    min: 0,
    max: 1,
    exclusiveMax: true,
  },
}

const params: ParamSpecs = {
  units: {
    kind: 'integer',
    label: 'Units',
    help: 'Size of the state, and of the last axis of the output.',
    keras: 'units',
    default: 32,
    min: 1,
    max: 4096,
    logarithmic: true,
  },
  activation: {
    kind: 'choice',
    label: 'Activation',
    help: 'The function of the candidate state.',
    keras: 'activation',
    default: 'tanh',
    options: cellActivationOptions,
  },
  returnSequences: {
    kind: 'boolean',
    label: 'Return sequences',
    help: 'Gives the state after every step, $N \\times T \\times units$; else the last one, $N \\times units$.',
    keras: 'return_sequences',
    default: false,
  },
  bidirectional: {
    kind: 'boolean',
    label: 'Bidirectional',
    help: 'Reads the sequence forwards and, with weights of its own, backwards (the Bidirectional wrapper of Keras).',
    keras: 'Bidirectional',
    default: false,
  },
  mergeMode: {
    kind: 'choice',
    label: 'Merge mode',
    help: 'How the outputs of both directions become one.',
    keras: 'merge_mode',
    default: 'concat',
    options: mergeModes,
    visible: (params) => params.bidirectional === true,
  },
  goBackwards: {
    kind: 'boolean',
    label: 'Go backwards',
    help: 'Reads the sequence from its end; returned sequences are in the order of reading.',
    keras: 'go_backwards',
    default: false,
    visible: (params) => params.bidirectional !== true,
  },
  ...recurrentDropoutParams,
  zeroOutputForMask: {
    kind: 'boolean',
    label: 'Zero output for mask',
    help: 'Gives zeros at steps that a mask leaves out, not the state before again. In both directions Keras does so by itself.',
    keras: 'zero_output_for_mask',
    default: false,
    visible: (params) => params.returnSequences === true && params.bidirectional !== true,
    searchable: false,
  },
  useBias: {
    kind: 'boolean',
    label: 'Bias',
    help: 'Adds a learned $b$.',
    keras: 'use_bias',
    default: true,
  },
}

/** Keras' `recurrent_activation`, of cells that have gates. */
export const recurrentActivationParam: ParamSpecs = {
  recurrentActivation: {
    kind: 'choice',
    label: 'Recurrent activation',
    help: 'The function of the gates.',
    keras: 'recurrent_activation',
    default: 'sigmoid',
    options: cellActivationOptions,
  },
}

const weightParams: ParamSpecs = {
  ...initializerParams('kernel', 'glorot_uniform', 'kernel_initializer'),
  ...initializerParams('recurrent', 'orthogonal', 'recurrent_initializer'),
  ...initializerParams('bias', 'zeros', 'bias_initializer'),
  ...regularizerParams('kernel'),
  ...regularizerParams('recurrent'),
  biasL1: { ...biasRegularizer.biasL1!, ...withBias },
  biasL2: { ...biasRegularizer.biasL2!, ...withBias },
  ...regularizerParams('activity'),
  ...constraintParams('kernel'),
  ...constraintParams('recurrent'),
  biasConstraint: { ...biasConstraint.biasConstraint!, ...withBias },
  biasMaxNorm: biasConstraint.biasMaxNorm!,
}

function sequenceOf(shape: Shape | undefined): { steps: number; features: number } {
  if (shape?.length === 3) return { steps: shape[1] as number, features: shape[2] as number }
  throw rankError(shape, {
    message: 'The input is not a sequence.',
    expected: 'N x steps x features',
    rank: 3,
    fix:
      shape?.length === 2
        ? 'Give the Input a shape such as 64 x 16 (steps, features), or put a Reshape in front.'
        : 'Put a Reshape to (steps, features) in front.',
  })
}

function outputOf({ inputs, params }: ShapeContext): Shape {
  const { steps } = sequenceOf(inputs[0])
  const concat = booleanParam(params, 'bidirectional') && textParam(params, 'mergeMode') === 'concat'
  const features = numberParam(params, 'units') * (concat ? 2 : 1)
  return booleanParam(params, 'returnSequences') ? [-1, steps, features] : [-1, features]
}

function directionWeights(kind: RecurrentKind, { inputs, params }: ShapeContext, prefix: string): WeightSpec[] {
  const { features } = sequenceOf(inputs[0])
  const units = numberParam(params, 'units')
  const columns = kind.gates * units
  const common = (weight: string) => ({
    trainable: true,
    regularizer: regularizerOf(params, weight),
    constraint: constraintOf(params, weight),
  })
  const specs: WeightSpec[] = [
    {
      name: `${prefix}kernel`,
      shape: [features, columns],
      initializer: initializerOf(params, 'kernel', { fanIn: features, fanOut: columns }),
      ...common('kernel'),
    },
    {
      name: `${prefix}recurrent_kernel`,
      shape: [units, columns],
      initializer: initializerOf(params, 'recurrent', { fanIn: units, fanOut: columns }),
      ...common('recurrent'),
    },
  ]
  if (!booleanParam(params, 'useBias')) return specs
  const ones = kind.biasOnes?.(params, units)
  const initializer = initializerOf(params, 'bias')
  specs.push({
    name: `${prefix}bias`,
    shape: kind.biasShape(units, params),
    initializer: ones ? { ...initializer, ones } : initializer,
    ...common('bias'),
  })
  return specs
}

/** Factors of inverted dropout [N, ...], one draw for a whole sequence; null where nothing is dropped. */
export function dropped(context: LowerContext, param: string, sizes: Shape, draw: number): ValueId | null {
  const { builder, params, training, stream } = context
  const rate = numberParam(params, param)
  if (!training || rate === 0) return null
  const ones = builder.emitOne('fill', [], { value: 1 }, { shape: [-1, ...sizes] })
  return builder.emit('dropout', [ones], { rate, stream: stream + draw * STREAM_STEP })[0]!
}

function lower(kind: RecurrentKind, context: LowerContext): ValueId[] {
  const { builder, inputs, values, weights, params } = context
  const returnSequences = booleanParam(params, 'returnSequences')
  const bidirectional = booleanParam(params, 'bidirectional')
  const { features } = sequenceOf(inputs[0])
  // Keras draws for each gate as soon as states are dropped out, else once for all.
  const rows = numberParam(params, 'recurrentDropout') > 0 ? kind.gates : 1
  const own = Object.keys(kind.params ?? {}).filter((name) => name in findOp(kind.op).attributes)
  const mask = maskOf(context)
  const run = (prefix: string, goBackwards: boolean): ValueId => {
    const draw = prefix === '' ? 0 : 2
    const operands = [
      ...['kernel', 'recurrent_kernel', 'bias'].map((name) => weights[`${prefix}${name}`] ?? null),
      mask,
      dropped(context, 'dropout', [rows, features], draw),
      dropped(context, 'recurrentDropout', [rows, numberParam(params, 'units')], draw + 1),
    ]
    const attributes = {
      returnSequences,
      goBackwards,
      zeroOutputForMask:
        mask !== null && returnSequences && (bidirectional || booleanParam(params, 'zeroOutputForMask')),
      activation: textParam(params, 'activation'),
      ...Object.fromEntries(own.map((name) => [name, params[name] as string | boolean])),
    }
    return builder.emit(kind.op, [values[0]!, ...operands], attributes)[0]!
  }
  if (!bidirectional) {
    const goBackwards = booleanParam(params, 'goBackwards')
    const output = run('', goBackwards)
    return [goBackwards && returnSequences ? builder.emitOne('reverse', [output], { axis: 1 }) : output]
  }
  const both = [run('', false), run('backward_', true)]
  switch (textParam(params, 'mergeMode')) {
    case 'sum':
      return [builder.emitOne('add', both)]
    case 'mul':
      return [builder.emitOne('multiply', both)]
    case 'ave':
      return [builder.emitOne('scale', [builder.emitOne('add', both)], { factor: 0.5 })]
    default:
      return [builder.emitOne('concatenate', both, { axis: returnSequences ? 2 : 1 })]
  }
}

/** Steps that a mask leaves out keep the state; returned sequences carry the mask on. */
export const recurrentMask: MaskRule = {
  infer: ([mask], { params }) => [booleanParam(params, 'returnSequences') ? (mask ?? null) : null],
  lower: (context) => [booleanParam(context.params, 'returnSequences') ? maskOf(context) : null],
  consumes: true,
}

/** The declaration of a recurrent layer over whole sequences, in one direction or both (Schuster and Paliwal 1997). */
export function recurrentLayer(kind: RecurrentKind): LayerDeclaration {
  const { type, label, keras, icon, summary, help } = kind
  return {
    type,
    label,
    keras,
    category: 'recurrent',
    icon,
    summary,
    help,
    inputs: [{ name: 'input', label: 'sequence' }],
    outputs: [{ name: 'output', label: 'output' }],
    params: { ...params, ...kind.params, ...weightParams },
    infer: (context) => [outputOf(context)],
    weights: (context) => [
      ...directionWeights(kind, context, ''),
      ...(booleanParam(context.params, 'bidirectional') ? directionWeights(kind, context, 'backward_') : []),
    ],
    mask: recurrentMask,
    lower(context) {
      const outputs = lower(kind, context)
      const activity = regularizerOf(context.params, 'activity')
      if (activity) context.penalize(outputs[0]!, activity)
      return outputs
    },
    timeDistributed: 'folds',
    headline: (params) => [
      `${numberParam(params, 'units')} units`,
      ...(booleanParam(params, 'bidirectional') ? ['bidirectional'] : []),
      booleanParam(params, 'returnSequences') ? 'every step' : 'last step',
    ],
    samples: [
      { inputs: [[-1, 4, 3]], params: { units: 5 } },
      { inputs: [[-1, 5, 2]], params: { units: 3, returnSequences: true, goBackwards: true, useBias: false } },
      { inputs: [[-1, 3, 4]], params: { units: 4, bidirectional: true } },
      { inputs: [[-1, 3, 2]], params: { units: 4, bidirectional: true, mergeMode: 'ave', returnSequences: true } },
      { inputs: [[-1, 3, 2]], params: { units: 3, bidirectional: true, mergeMode: 'mul', recurrentL2: 0.01 } },
      { inputs: [[-1, 3, 3]], params: { units: 4, dropout: 0.3, recurrentDropout: 0.2, activation: 'softsign' } },
      { inputs: [[-1, 4, 2]], params: { units: 3, returnSequences: true, zeroOutputForMask: true, dropout: 0.5 } },
      ...(kind.samples ?? []),
    ],
  }
}
