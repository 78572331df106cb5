import type { OptimizerDeclaration } from '../../compile/types.ts'
import { numberParam } from '../../layers/read-params.ts'
import { commonParams, decayParam, emitUpdate, epsilonParam, learningRateParam } from './common.ts'

export const adadelta: OptimizerDeclaration = {
  type: 'adadelta',
  label: 'Adadelta',
  keras: 'Adadelta',
  help: 'Steps by the gradient times the ratio of the running sizes of past steps and of gradients; the learning rate only scales the step (Zeiler 2012, where it is 1).',
  params: {
    learningRate: learningRateParam(0.001),
    rho: decayParam('Rho', 'Share $\\rho$ of the running mean squares that is kept.', 'rho', 0.95),
    epsilon: epsilonParam,
    ...commonParams(),
  },
  slots: () => [
    { name: 'accumulated_grad', initial: 0 },
    { name: 'accumulated_delta_var', initial: 0 },
  ],
  lower(builder, params, variables) {
    const attributes = { rho: numberParam(params, 'rho'), epsilon: numberParam(params, 'epsilon') }
    return emitUpdate(builder, 'adadelta_update', attributes, params, variables)
  },
}
