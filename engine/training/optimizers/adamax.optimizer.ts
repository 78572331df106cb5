import type { OptimizerDeclaration } from '../../compile/types.ts'
import { momentAttributes, momentParams, momentSlots } from './adam-family.ts'
import { commonParams, emitUpdate } from './common.ts'

export const adamax: OptimizerDeclaration = {
  type: 'adamax',
  label: 'AdaMax',
  keras: 'Adamax',
  help: 'Adam with the largest gradient of late, $u \\leftarrow \\max(\\beta_2 u, |g|)$, in place of the root mean square (Kingma and Ba 2015, section 7.1).',
  params: { ...momentParams, ...commonParams() },
  slots: () => momentSlots,
  lower: (builder, params, variables) =>
    emitUpdate(builder, 'adamax_update', momentAttributes(params), params, variables),
}
