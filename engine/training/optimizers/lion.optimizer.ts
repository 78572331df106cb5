import type { OptimizerDeclaration } from '../../compile/types.ts'
import { numberParam } from '../../layers/read-params.ts'
import { commonParams, decayParam, emitUpdate, learningRateParam } from './common.ts'

export const lion: OptimizerDeclaration = {
  type: 'lion',
  label: 'Lion',
  keras: 'Lion',
  help: 'Steps by the sign of a mix of momentum and gradient: every weight moves equally far (Chen et al. 2023). Wants a learning rate 3 to 10 times smaller than Adam.',
  params: {
    learningRate: learningRateParam(0.001),
    beta1: decayParam('Beta 1', 'Share of the momentum in the mix whose sign is taken.', 'beta_1', 0.9),
    beta2: decayParam('Beta 2', 'Share of the momentum that is kept.', 'beta_2', 0.99),
    ...commonParams(),
  },
  slots: () => [{ name: 'momentum', initial: 0 }],
  lower(builder, params, variables) {
    const attributes = { beta1: numberParam(params, 'beta1'), beta2: numberParam(params, 'beta2') }
    return emitUpdate(builder, 'lion_update', attributes, params, variables)
  },
}
