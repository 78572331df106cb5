import type { OptimizerDeclaration } from '../../compile/types.ts'
import { numberParam } from '../../layers/read-params.ts'
import { commonParams, emitUpdate, epsilonParam, learningRateParam } from './common.ts'

export const adagrad: OptimizerDeclaration = {
  type: 'adagrad',
  label: 'AdaGrad',
  keras: 'Adagrad',
  help: 'Divides each gradient by the root of the sum of all its squares so far: $w \\leftarrow w - \\eta g / \\sqrt{\\sum g^2 + \\epsilon}$; steps only shrink (Duchi et al. 2011).',
  params: {
    learningRate: learningRateParam(0.001),
    initialAccumulatorValue: {
      kind: 'number',
      label: 'Initial sum',
      help: 'What the sums of squares begin with.',
      keras: 'initial_accumulator_value',
      default: 0.1,
      min: 0,
      max: 1000,
      searchable: false,
    },
    epsilon: epsilonParam,
    ...commonParams(),
  },
  slots: (params) => [{ name: 'accumulator', initial: numberParam(params, 'initialAccumulatorValue') }],
  lower: (builder, params, variables) =>
    emitUpdate(builder, 'adagrad_update', { epsilon: numberParam(params, 'epsilon') }, params, variables),
}
