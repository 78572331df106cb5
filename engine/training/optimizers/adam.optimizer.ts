import type { OptimizerDeclaration } from '../../compile/types.ts'
import { numberParam } from '../../layers/read-params.ts'
import { decayParam, emitUpdate, epsilonParam, learningRateParam } from './common.ts'

export const adam: OptimizerDeclaration = {
  type: 'adam',
  label: 'Adam',
  keras: 'Adam',
  help: 'Keeps running means of the gradient, $m$, and of its square, $v$, corrects both for their start at 0 and steps by $-\\eta \\hat m / (\\sqrt{\\hat v} + \\epsilon)$ (Kingma and Ba 2015).',
  params: {
    learningRate: learningRateParam(0.001),
    beta1: decayParam('Beta 1', 'Share of the running mean of the gradient that is kept.', 'beta_1', 0.9),
    beta2: decayParam('Beta 2', 'Share of the running mean of its square that is kept.', 'beta_2', 0.999),
    epsilon: epsilonParam,
  },
  slots: () => [
    { name: 'momentum', initial: 0 },
    { name: 'velocity', initial: 0 },
  ],
  lower(builder, params, variables) {
    const attributes = {
      beta1: numberParam(params, 'beta1'),
      beta2: numberParam(params, 'beta2'),
      epsilon: numberParam(params, 'epsilon'),
    }
    emitUpdate(builder, 'adam_update', attributes, variables)
  },
}
