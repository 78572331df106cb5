import type { OptimizerDeclaration } from '../../compile/types.ts'
import { booleanParam, numberParam } from '../../layers/read-params.ts'
import { commonParams, decayParam, emitUpdate, epsilonParam, learningRateParam } from './common.ts'

export const rmsprop: OptimizerDeclaration = {
  type: 'rmsprop',
  label: 'RMSprop',
  keras: 'RMSprop',
  help: 'Divides each gradient by a running root mean square: $v \\leftarrow \\rho v + (1 - \\rho) g^2$, $w \\leftarrow w - \\eta g / \\sqrt{v + \\epsilon}$. Centered subtracts the squared running mean of $g$ from $v$.',
  params: {
    learningRate: learningRateParam(0.001),
    rho: decayParam('Rho', 'Share $\\rho$ of the running mean square that is kept.', 'rho', 0.9),
    momentum: decayParam('Momentum', 'Share of the last step that is kept. 0: none.', 'momentum', 0),
    epsilon: epsilonParam,
    centered: {
      kind: 'boolean',
      label: 'Centered',
      help: 'Uses the variance of the gradient instead of its mean square.',
      keras: 'centered',
      default: false,
    },
    ...commonParams(),
  },
  slots(params) {
    const slots = [{ name: 'velocity', initial: 0 }]
    if (numberParam(params, 'momentum') > 0) slots.push({ name: 'momentum', initial: 0 })
    if (booleanParam(params, 'centered')) slots.push({ name: 'average', initial: 0 })
    return slots
  },
  lower(builder, params, variables) {
    const attributes = {
      rho: numberParam(params, 'rho'),
      momentum: numberParam(params, 'momentum'),
      epsilon: numberParam(params, 'epsilon'),
      centered: booleanParam(params, 'centered'),
    }
    return emitUpdate(builder, 'rmsprop_update', attributes, params, variables)
  },
}
