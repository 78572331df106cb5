import type { OptimizerDeclaration } from '../../compile/types.ts'
import { adamParams, adamSlots, lowerAdam } from './adam-family.ts'
import { commonParams } from './common.ts'

export const adamw: OptimizerDeclaration = {
  type: 'adamw',
  label: 'AdamW',
  keras: 'AdamW',
  help: 'Adam whose weight decay does not pass through the running means: $w \\leftarrow w - \\eta \\lambda w$ before each step (Loshchilov and Hutter 2019). Often better than an L2 penalty with Adam.',
  params: { ...adamParams, ...commonParams(0.004) },
  slots: adamSlots,
  lower: lowerAdam,
}
