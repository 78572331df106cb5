import type { OptimizerDeclaration } from '../../compile/types.ts'
import { booleanParam, numberParam } from '../../layers/read-params.ts'
import { commonParams, decayParam, emitUpdate, learningRateParam } from './common.ts'

export const sgd: OptimizerDeclaration = {
  type: 'sgd',
  label: 'SGD',
  keras: 'SGD',
  help: 'Gradient descent: $w \\leftarrow w - \\eta g$. With momentum $v \\leftarrow \\mu v - \\eta g$, $w \\leftarrow w + v$; Nesterov steps by $\\mu v - \\eta g$ once more. Batch size 1 is stochastic, all rows is batch gradient descent.',
  params: {
    learningRate: learningRateParam(0.01),
    momentum: decayParam('Momentum', 'Share $\\mu$ of the last step that is kept. 0: none.', 'momentum', 0),
    nesterov: {
      kind: 'boolean',
      label: 'Nesterov',
      help: 'Looks ahead along the momentum. Needs a momentum above 0.',
      keras: 'nesterov',
      default: false,
      visible: (params) => params.momentum !== 0,
    },
    ...commonParams(),
  },
  slots: (params) => (numberParam(params, 'momentum') > 0 ? [{ name: 'momentum', initial: 0 }] : []),
  lower(builder, params, variables) {
    const momentum = numberParam(params, 'momentum')
    const nesterov = momentum > 0 && booleanParam(params, 'nesterov')
    return emitUpdate(builder, 'sgd_update', { momentum, nesterov }, params, variables)
  },
}
