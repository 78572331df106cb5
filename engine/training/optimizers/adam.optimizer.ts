import type { OptimizerDeclaration } from '../../compile/types.ts'
import { adamParams, adamSlots, lowerAdam } from './adam-family.ts'
import { commonParams } from './common.ts'

export const adam: OptimizerDeclaration = {
  type: 'adam',
  label: 'Adam',
  keras: 'Adam',
  help: 'Keeps running means of the gradient, $m$, and of its square, $v$, corrects both for their start at 0 and steps by $-\\eta \\hat m / (\\sqrt{\\hat v} + \\epsilon)$ (Kingma and Ba 2015).',
  params: { ...adamParams, ...commonParams() },
  slots: adamSlots,
  lower: lowerAdam,
}
