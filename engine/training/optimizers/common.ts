import type { GraphBuilder } from '../../compile/builder.ts'
import type { ValueId } from '../../compile/ir.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from '../../layers/params.ts'
import { numberParam, textParam } from '../../layers/read-params.ts'
import type { Attributes } from '../../ops/op.ts'

/** The `learningRate` parameter every optimiser has. */
export function learningRateParam(initial: number): ParamSpec {
  return {
    kind: 'number',
    label: 'Learning rate',
    help: 'Length of a step. Too large diverges, too small crawls; try powers of ten.',
    keras: 'learning_rate',
    default: initial,
    min: 0,
    max: 1000,
    exclusiveMin: true,
    logarithmic: true,
  }
}

/** A share of the past that an average keeps, 0 up to but not 1. */
export function decayParam(label: string, help: string, keras: string, initial: number): ParamSpec {
  return { kind: 'number', label, help, keras, default: initial, min: 0, max: 1, exclusiveMax: true }
}

/** The small number under a division. */
export function epsilonParamOf(initial: number): ParamSpec {
  return {
    kind: 'number',
    label: 'Epsilon',
    help: 'Keeps the division away from zero.',
    keras: 'epsilon',
    default: initial,
    min: 0,
    max: 1,
    exclusiveMin: true,
    logarithmic: true,
    searchable: false,
  }
}

/** Keras' epsilon. */
export const epsilonParam = epsilonParamOf(1e-7)

const clips = (params: EffectiveParams) => params.clipping !== 'none'

const averages = (params: EffectiveParams) => params.useEma === true

/** What every optimiser offers besides its own rule: weight decay, clipping and accumulation of gradients, averaging of weights. */
export function commonParams(weightDecay = 0): ParamSpecs {
  return {
    weightDecay: {
      kind: 'number',
      label: 'Weight decay',
      help: 'Before each step $w \\leftarrow w - \\eta \\lambda w$: pulls weights to 0 apart from the gradient. 0: none.',
      keras: 'weight_decay',
      default: weightDecay,
      min: 0,
      max: 100,
      logarithmic: true,
    },
    clipping: {
      kind: 'choice',
      label: 'Gradient clipping',
      help: 'Keeps gradients from exploding.',
      default: 'none',
      options: [
        { value: 'none', label: 'none', help: 'Gradients are taken as they are.' },
        { value: 'value', label: 'by value', help: 'Each number is cut off at the limit. Keras clipvalue.' },
        {
          value: 'norm',
          label: 'by norm',
          help: 'Each gradient is scaled to a norm of at most the limit. Keras clipnorm.',
        },
        {
          value: 'global_norm',
          label: 'by global norm',
          help: 'All gradients together are scaled to a norm of at most the limit. Keras global_clipnorm.',
        },
      ],
    },
    clipLimit: {
      kind: 'number',
      label: 'Clipping limit',
      help: 'Largest number, or largest norm, that is left.',
      default: 1,
      min: 1e-12,
      max: 1e12,
      logarithmic: true,
      visible: clips,
    },
    gradientAccumulationSteps: {
      kind: 'integer',
      label: 'Accumulate gradients',
      help: 'Steps whose mean gradient makes one update: a batch of $k$ times the size in the memory of one. Steps that are left over at the end change nothing.',
      keras: 'gradient_accumulation_steps',
      default: 1,
      min: 1,
      max: 65536,
      logarithmic: true,
    },
    useEma: {
      kind: 'boolean',
      label: 'Average weights',
      help: 'Keeps a moving average of the weights, $a \\leftarrow \\mu a + (1 - \\mu) w$ after each step. The average is what is measured after each epoch, evaluated and exported.',
      keras: 'use_ema',
      default: false,
    },
    emaMomentum: {
      kind: 'number',
      label: 'Averaging momentum',
      help: 'Share $\\mu$ of the average that is kept at each step.',
      keras: 'ema_momentum',
      default: 0.99,
      min: 0,
      max: 1,
      visible: averages,
    },
    emaOverwriteFrequency: {
      kind: 'integer',
      label: 'Overwrite every',
      help: 'Updates after which the weights become their average. 0: never while training goes on.',
      keras: 'ema_overwrite_frequency',
      default: 0,
      min: 0,
      max: 1_000_000,
      visible: averages,
      searchable: false,
    },
  }
}

/**
 * Emits one update of all variables (parameters, then gradients, then each slot of all), before it clipping and weight decay where
 * `params` ask for them, in Keras' order. Returns the new parameters.
 */
export function emitUpdate(
  builder: GraphBuilder,
  op: string,
  attributes: Attributes,
  params: EffectiveParams,
  variables: readonly { parameter: ValueId; gradient: ValueId; slots: readonly ValueId[] }[],
): readonly ValueId[] {
  const count = variables.length
  let gradients: readonly ValueId[] = variables.map((variable) => variable.gradient)
  let parameters: readonly ValueId[] = variables.map((variable) => variable.parameter)
  if (clips(params)) {
    const limit = numberParam(params, 'clipLimit')
    gradients = builder.emit('clip_gradients', gradients, { count, kind: textParam(params, 'clipping'), limit })
  }
  const decay = numberParam(params, 'weightDecay')
  if (decay > 0) parameters = builder.emit('weight_decay_update', parameters, { count, decay })
  const slots = (variables[0]?.slots ?? []).map((_, slot) => variables.map((variable) => variable.slots[slot]!))
  const updated = builder.emit(op, [...parameters, ...gradients, ...slots.flat()], { count, ...attributes })
  return updated.slice(0, count)
}
