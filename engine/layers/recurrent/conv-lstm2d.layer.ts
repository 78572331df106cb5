import type { Shape } from '../../base/shape.ts'
import type { ValueId } from '../../compile/ir.ts'
import { lowerActivation } from '../activations.ts'
import { initializerParams, regularizerOf } from '../initializers.ts'
import { biasSpecs, kernelParams, kernelSpec, useBiasParam } from '../kernels.ts'
import type { LowerContext, MaskRule, ShapeContext, WeightSpec } from '../layer.ts'
import { defineLayer } from '../layer.ts'
import { maskOf } from '../masks.ts'
import type { EffectiveParams } from '../params.ts'
import { rankError } from '../problem.ts'
import { booleanParam, numberParam, textParam } from '../read-params.ts'
import {
  activationAlpha,
  convolutionAttributes,
  filtersParam,
  type Image,
  imageWindows,
  kernelWindowParams,
  withBias,
} from '../windows.ts'
import { cellActivationOptions, dropped, recurrentActivationParam, recurrentDropoutParams } from './recurrent.ts'

/** Steps, and the images of one. Throws `layer.rank` for anything but N x steps x height x width x channels. */
function videoOf(shape: Shape | undefined): { steps: number; image: Image } {
  if (shape?.length === 5) return { steps: shape[1] as number, image: shape.slice(2) as unknown as Image }
  throw rankError(shape, {
    message: 'The input is not a sequence of images.',
    expected: 'N x steps x height x width x channels',
    rank: 5,
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

/** Whether a mask is one of steps, or one of the pixels of every state: that of an input whose pixels are as many. */
function fits(mask: Shape, context: ShapeContext): boolean {
  if (mask.length === 2) return true
  const [height, width] = sizesOf(context).state
  return mask.length === 4 && mask[2] === height && mask[3] === width
}

/** The mask of the input, or null where it has none that fits. */
function fittingMask(context: LowerContext): ValueId | null {
  const mask = maskOf(context)
  return mask !== null && fits(context.builder.shapeOf(mask), context) ? mask : null
}

const convLstmMask: MaskRule = {
  infer: ([mask], context) => [
    booleanParam(context.params, 'returnSequences') && mask && fits(mask, context) ? mask : null,
  ],
  lower: (context) => [booleanParam(context.params, 'returnSequences') ? fittingMask(context) : null],
  consumes: fits,
}

/** A convolution for all gates: of one image, or of one for each gate that left out numbers of its own (`factors` [N, ..., 4 channels]). */
function gates(
  { builder }: LowerContext,
  image: ValueId,
  factors: ValueId | null,
  weights: readonly (ValueId | null)[],
  attributes: ReturnType<typeof convolutionAttributes>,
): ValueId {
  if (factors === null) return builder.emitOne('conv2d', [image, ...weights], { ...attributes, groups: 1 })
  const each = builder.emitOne('concatenate', [image, image, image, image], { axis: 3 })
  const dropped = builder.emitOne('multiply', [each, factors])
  return builder.emitOne('conv2d', [dropped, ...weights], { ...attributes, groups: 4 })
}

/** The new value where a step counts, else the one before it, zeros at first. */
function unlessMasked({ builder }: LowerContext, mask: ValueId, value: ValueId, before: ValueId | null): ValueId {
  const kept = builder.emitOne('apply_mask', [value, mask])
  if (before === null) return kept
  const ones = builder.emitOne('fill', [], { value: 1 }, { shape: builder.shapeOf(mask) })
  const left = builder.emitOne('apply_mask', [before, builder.emitOne('subtract', [ones, mask])])
  return builder.emitOne('add', [kept, left])
}

function lower(context: LowerContext): ValueId {
  const { builder, values, weights, params } = context
  const { steps, image, state, filters } = sizesOf(context)
  const ofInput = convolutionAttributes(imageWindows(image, params, 'kernel'))
  const ofState = convolutionAttributes(imageWindows(state, stateParams(params), 'kernel'))
  const [height, width, channels] = image
  const inputFactors = dropped(context, 'dropout', [height, width, 4 * channels], 0)
  const stateFactors = dropped(context, 'recurrentDropout', [state[0], state[1], 4 * filters], 1)
  const mask = fittingMask(context)
  const read = Array.from({ length: steps }, (_, index) =>
    booleanParam(params, 'goBackwards') ? steps - 1 - index : index,
  )
  const states: ValueId[] = []
  let cell: ValueId | null = null
  for (const time of read) {
    const slice = builder.emitOne('slice', [values[0]!], { axis: 1, begin: time }, { shape: [-1, 1, ...image] })
    const frame = builder.emitOne('reshape', [slice], {}, { shape: [-1, ...image] })
    let sums = gates(context, frame, inputFactors, [weights.kernel!, weights.bias ?? null], ofInput)
    const last = states.at(-1) ?? null
    if (last !== null)
      sums = builder.emitOne('add', [
        sums,
        gates(context, last, stateFactors, [weights.recurrent_kernel!, null], ofState),
      ])
    let { h, c } = step(context, sums, cell)
    if (mask !== null) {
      const [, , ...pixels] = builder.shapeOf(mask)
      const column = builder.emitOne('slice', [mask], { axis: 1, begin: time }, { shape: [-1, 1, ...pixels] })
      const counts = builder.emitOne('reshape', [column], {}, { shape: [-1, ...pixels] })
      h = unlessMasked(context, counts, h, last)
      c = unlessMasked(context, counts, c, cell)
    }
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
  help: 'As in LSTM, with gates $i, f, o = \\sigma(x_t * W + h_{t-1} * R + b)$ and candidate $g = \\tanh(\\ldots)$, where $*$ is a convolution: state and cell are images. The convolution of the input has the padding and stride set here; that of the state keeps its size. A step, or a pixel of a step, that a mask leaves out keeps both. Dropout leaves out the same numbers at every step, of each gate its own. Each step is computed by operations of its own, so the network grows with the number of steps.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    filters: filtersParam,
    ...kernelWindowParams,
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
    ...recurrentDropoutParams,
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
  mask: convLstmMask,
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
    { inputs: [[-1, 3, 3, 4, 2]], params: { filters: 2, dropout: 0.3, recurrentDropout: 0.4, returnSequences: true } },
    { inputs: [[-1, 1, 3, 3, 2]], params: { filters: 2, recurrentActivation: 'hard_sigmoid', recurrentL2: 0.01 } },
  ],
})
