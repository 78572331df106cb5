import { regularizerOf } from '../initializers.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import type { ParamSpec } from '../params.ts'
import { numberParam } from '../read-params.ts'

function factor(norm: 'L1' | 'L2', keras: string, formula: string): ParamSpec {
  return {
    kind: 'number',
    label: norm,
    help: `Adds $${formula}$ over the input, a mean over samples, to the loss. 0 switches it off.`,
    keras,
    default: 0,
    min: 0,
    max: 1000,
    logarithmic: true,
  }
}

export const activityRegularization = defineLayer({
  type: 'activity_regularization',
  label: 'ActivityRegularization',
  keras: 'ActivityRegularization',
  category: 'regularization',
  icon: 'gauge',
  summary: 'Adds a penalty on its input to the loss.',
  aliases: ['l1', 'l2', 'sparsity'],
  help: 'Passes its input on and adds $L_1 \\sum |x| + L_2 \\sum x^2$, a mean over samples, to the loss. An $L_1$ penalty behind a hidden layer makes its activity sparse.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    activityL1: factor('L1', 'l1', '\\lambda \\sum |x|'),
    activityL2: factor('L2', 'l2', '\\lambda \\sum x^2'),
  },
  infer: ({ inputs }) => [inputs[0]!],
  advise({ params }) {
    if (regularizerOf(params, 'activity')) return []
    return [
      {
        code: 'advice.no-penalty',
        message: 'Both factors are 0: the layer does nothing.',
        param: 'activityL1',
        expected: 'a factor above 0, such as 0.01',
        received: '0',
        fix: 'Set L1 or L2, or remove the layer.',
      },
    ]
  },
  weights: () => [],
  mask: passesMask,
  lower({ values, params, penalize }) {
    const factors = regularizerOf(params, 'activity')
    if (factors) penalize(values[0]!, factors)
    return [values[0]!]
  },
  headline: (params) => [`L1 ${numberParam(params, 'activityL1')}`, `L2 ${numberParam(params, 'activityL2')}`],
  samples: [
    { inputs: [[-1, 4]], params: { activityL1: 0.01 } },
    { inputs: [[-1, 2, 3]], params: { activityL2: 0.02 } },
    { inputs: [[-1, 5]], params: {} },
  ],
})
