import { formatShape, type Shape } from '../../base/shape.ts'
import type { ValueId } from '../../compile/ir.ts'
import { lowerActivation } from '../activations.ts'
import { initializerParams, regularizerOf } from '../initializers.ts'
import { biasSpecs, kernelParams, kernelSpec, useBiasParam } from '../kernels.ts'
import type { LowerContext, ShapeContext, WeightSpec } from '../layer.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { layerError } from '../problem.ts'
import { booleanParam, numberParam, textParam } from '../read-params.ts'
import {
  activationAlpha,
  bothAxes,
  convolutionAttributes,
  dilationHelp,
  filtersParam,
  type Image,
  imageWindows,
  paddingParam,
  strideHelp,
  withBias,
} from '../windows.ts'
import { cellActivationOptions, recurrentActivationParam } from './recurrent.ts'

/** Steps, and the images of one. Throws `layer.rank` for anything but N x steps x height x width x channels. */
function videoOf(shape: Shape | undefined): { steps: number; image: Image } {
  if (shape?.length === 5) return { steps: shape[1] as number, image: shape.slice(2) as unknown as Image }
  throw layerError({
    code: 'layer.rank',
    message: 'The input is not a sequence of images.',
    port: 'input',
    expected: 'N x steps x height x width x channels',
    data: { rank: 5 },
    received: shape ? formatShape(shape) : 'nothing',
    fix: 'Give the Input a shape such as 8 x 32 x 32 x 1 (steps, height, width, channels), or put a Reshape in front.',
  })
}

/** The convolution of states: what `same` gives at stride 1. */
const stateParams = (params: EffectiveParams): EffectiveParams => ({
  ...params,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padding: 'same',
})

interface Sizes {
  steps: number
  filters: number
  image: Image
  /** Height, width and channels of a state. */
  state: Image
}

function sizesOf({ inputs, params }: ShapeContext): Sizes {
  const { steps, image } = videoOf(inputs[0])
  const filters = numberParam(params, 'filters')
  const [vertical, horizontal] = imageWindows(image, params, 'kernel')
  return { steps, filters, image, state: [vertical.outputs, horizontal.outputs, filters] }
}

function kernels(context: ShapeContext): WeightSpec[] {
  const { params } = context
  const { filters, image } = sizesOf(context)
  const size = [numberParam(params, 'kernelHeight'), numberParam(params, 'kernelWidth')]
  return [
    kernelSpec('kernel', [...size, image[2], 4 * filters], params),
    kernelSpec('recurrent_kernel', [...size, filters, 4 * filters], params, 'recurrent'),
  ]
}

/** Gates in the order i, f, c, o; h = o act(c), from the sums of both convolutions. */
function step(context: LowerContext, sums: ValueId, before: ValueId | null): { h: ValueId; c: ValueId } {
  const { builder, params } = context
  const { filters, state } = sizesOf(context)
  const activate = (value: ValueId, param: string): ValueId => {
    const name = textParam(params, param)
    return lowerActivation(builder, value, name, activationAlpha(name))
  }
  const shape: Shape = [-1, ...state]
  const gate = (index: number, param: string): ValueId =>
    activate(builder.emitOne('slice', [sums], { axis: 3, begin: index * filters }, { shape }), param)
  const candidate = builder.emitOne('multiply', [gate(0, 'recurrentActivation'), gate(2, 'activation')])
  const c =
    before === null
      ? candidate
      : builder.emitOne('add', [builder.emitOne('multiply', [gate(1, 'recurrentActivation'), before]), candidate])
  const h = builder.emitOne('multiply', [gate(3, 'recurrentActivation'), activate(c, 'activation')])
  return { h, c }
}

function lower(context: LowerContext): ValueId {
  const { builder, values, weights, params } = context
  const { steps, image, state } = sizesOf(context)
  const groups = { groups: 1 }
  const ofInput = { ...convolutionAttributes(imageWindows(image, params, 'kernel')), ...groups }
  const ofState = { ...convolutionAttributes(imageWindows(state, stateParams(params), 'kernel')), ...groups }
  const read = Array.from({ length: steps }, (_, index) =>
    booleanParam(params, 'goBackwards') ? steps - 1 - index : index,
  )
  const states: ValueId[] = []
  let cell: ValueId | null = null
  for (const time of read) {
    const slice = builder.emitOne('slice', [values[0]!], { axis: 1, begin: time }, { shape: [-1, 1, ...image] })
    const frame = builder.emitOne('reshape', [slice], {}, { shape: [-1, ...image] })
    let sums = builder.emitOne('conv2d', [frame, weights.kernel!, weights.bias ?? null], ofInput)
    const last = states.at(-1)
    if (last !== undefined)
      sums = builder.emitOne('add', [sums, builder.emitOne('conv2d', [last, weights.recurrent_kernel!, null], ofState)])
    const { h, c } = step(context, sums, cell)
    states.push(h)
    cell = c
  }
  if (!booleanParam(params, 'returnSequences')) return states.at(-1)!
  const rows = states.map((h) => builder.emitOne('reshape', [h], {}, { shape: [-1, 1, ...state] }))
  return rows.length === 1 ? rows[0]! : builder.emitOne('concatenate', rows, { axis: 1 })
}

export const convLstm2d = defineLayer({
  type: 'conv_lstm2d',
  label: 'ConvLSTM2D',
  keras: 'ConvLSTM2D',
  category: 'recurrent',
  icon: 'clapperboard',
  summary: 'An LSTM over sequences of images whose products are convolutions: for video and maps that change.',
  help: 'As in LSTM, with gates $i, f, o = \\sigma(x_t * W + h_{t-1} * R + b)$ and candidate $g = \\tanh(\\ldots)$, where $*$ is a convolution: state and cell are images. The convolution of the input has the padding and stride set here; that of the state keeps its size. Each step is computed by operations of its own, so the network grows with the number of steps.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...bothAxes('kernel', 'Kernel', 'Size of the kernels in pixels.', 'kernel_size', 3),
    ...bothAxes('stride', 'Stride', strideHelp, 'strides', 1),
    padding: paddingParam,
    ...bothAxes('dilation', 'Dilation', dilationHelp, 'dilation_rate', 1),
    activation: {
      kind: 'choice',
      label: 'Activation',
      help: 'The function of the candidate state.',
      keras: 'activation',
      default: 'tanh',
      options: cellActivationOptions,
    },
    ...recurrentActivationParam,
    returnSequences: {
      kind: 'boolean',
      label: 'Return sequences',
      help: 'Gives the state after every step, $N \\times T \\times H \\times W \\times filters$; else the last one.',
      keras: 'return_sequences',
      default: false,
    },
    goBackwards: {
      kind: 'boolean',
      label: 'Go backwards',
      help: 'Reads the sequence from its end; returned sequences are in the order of reading.',
      keras: 'go_backwards',
      default: false,
    },
    useBias: useBiasParam,
    unitForgetBias: {
      kind: 'boolean',
      label: 'Unit forget bias',
      help: 'The bias of the forget gate starts at 1, so that the cell keeps its content at first.',
      keras: 'unit_forget_bias',
      default: true,
      ...withBias,
    },
    ...kernelParams('kernel', 'recurrent'),
    ...initializerParams('recurrent', 'orthogonal', 'recurrent_initializer'),
  },
  infer(context) {
    const { steps, state } = sizesOf(context)
    return [booleanParam(context.params, 'returnSequences') ? [-1, steps, ...state] : [-1, ...state]]
  },
  weights(context) {
    const { params } = context
    const { filters } = sizesOf(context)
    const ones = booleanParam(params, 'unitForgetBias') ? { ones: [filters, 2 * filters] as const } : {}
    const bias = biasSpecs(4 * filters, params)
    return [...kernels(context), ...bias.map((spec) => ({ ...spec, initializer: { ...spec.initializer, ...ones } }))]
  },
  lower(context) {
    const output = lower(context)
    const activity = regularizerOf(context.params, 'activity')
    if (activity) context.penalize(output, activity)
    return [output]
  },
  headline: (params) => [
    `${numberParam(params, 'filters')} filters ${numberParam(params, 'kernelHeight')} x ${numberParam(params, 'kernelWidth')}`,
    booleanParam(params, 'returnSequences') ? 'every step' : 'last step',
  ],
  samples: [
    { inputs: [[-1, 2, 2, 2, 1]], params: { filters: 2, kernelHeight: 2, kernelWidth: 2 } },
    { inputs: [[-1, 2, 4, 3, 2]], params: { filters: 2, kernelHeight: 3, kernelWidth: 2 } },
    { inputs: [[-1, 3, 3, 3, 1]], params: { filters: 2, padding: 'same', returnSequences: true, useBias: false } },
    { inputs: [[-1, 2, 5, 4, 1]], params: { filters: 1, strideHeight: 2, padding: 'same', goBackwards: true } },
    { inputs: [[-1, 1, 3, 3, 2]], params: { filters: 2, recurrentActivation: 'hard_sigmoid', recurrentL2: 0.01 } },
  ],
})
