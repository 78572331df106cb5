import type { OptimizerDeclaration } from '../../compile/types.ts'
import type { EffectiveParams, ParamSpecs } from '../../layers/params.ts'
import { booleanParam, numberParam } from '../../layers/read-params.ts'
import type { Attributes } from '../../ops/op.ts'
import { decayParam, emitUpdate, epsilonParam, learningRateParam } from './common.ts'

/** Learning rate, both betas and epsilon: what Adam and its relatives share. */
export const momentParams: ParamSpecs = {
  learningRate: learningRateParam(0.001),
  beta1: decayParam('Beta 1', 'Share of the running mean of the gradient that is kept.', 'beta_1', 0.9),
  beta2: decayParam('Beta 2', 'Share of the running mean of its square that is kept.', 'beta_2', 0.999),
  epsilon: epsilonParam,
}

/** `momentParams` and the choice of AMSGrad. */
export const adamParams: ParamSpecs = {
  ...momentParams,
  amsgrad: {
    kind: 'boolean',
    label: 'AMSGrad',
    help: 'Divides by the largest $v$ so far, so that steps never grow again (Reddi et al. 2018).',
    keras: 'amsgrad',
    default: false,
  },
}

/** The attributes of an op of the family. */
export function momentAttributes(params: EffectiveParams): Attributes {
  return {
    beta1: numberParam(params, 'beta1'),
    beta2: numberParam(params, 'beta2'),
    epsilon: numberParam(params, 'epsilon'),
  }
}

/** Running means of the gradient and of its square. */
export const momentSlots = [
  { name: 'momentum', initial: 0 },
  { name: 'velocity', initial: 0 },
] as const

/** Slots of Adam and AdamW. */
export const adamSlots: OptimizerDeclaration['slots'] = (params) =>
  booleanParam(params, 'amsgrad') ? [...momentSlots, { name: 'velocity_hat', initial: 0 }] : momentSlots

/** The update of Adam and AdamW. */
export const lowerAdam: OptimizerDeclaration['lower'] = (builder, params, variables) => {
  const op = booleanParam(params, 'amsgrad') ? 'amsgrad_update' : 'adam_update'
  return emitUpdate(builder, op, momentAttributes(params), params, variables)
}
