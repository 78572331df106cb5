import type { OptimizerDeclaration } from '../../compile/types.ts'
import { momentAttributes, momentParams, momentSlots } from './adam-family.ts'
import { commonParams, emitUpdate } from './common.ts'

export const nadam: OptimizerDeclaration = {
  type: 'nadam',
  label: 'Nadam',
  keras: 'Nadam',
  help: 'Adam that looks ahead along its momentum as Nesterov does (Dozat 2016).',
  params: { ...momentParams, ...commonParams() },
  slots: () => momentSlots,
  lower: (builder, params, variables) =>
    emitUpdate(builder, 'nadam_update', momentAttributes(params), params, variables),
}
