import type { OptimizerDeclaration } from '../../compile/types.ts'
import { momentAttributes, momentParams, momentSlots } from './adam-family.ts'
import { commonParams, emitUpdate, epsilonParamOf } from './common.ts'

export const radam: OptimizerDeclaration = {
  type: 'radam',
  label: 'RAdam',
  keras: null,
  help: 'Adam that goes by momentum alone until enough steps tell $v$ reliably, so that it needs no warm-up (Liu et al. 2020). PyTorch RAdam.',
  params: {
    ...momentParams,
    epsilon: epsilonParamOf(1e-8),
    ...commonParams(),
  },
  slots: () => momentSlots,
  lower: (builder, params, variables) =>
    emitUpdate(builder, 'radam_update', momentAttributes(params), params, variables),
}
