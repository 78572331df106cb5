import type { LossDeclaration } from '../../compile/types.ts'
import { numberParam } from '../../layers/read-params.ts'
import { checkValueUnits } from './check.ts'

const DELTA = 1

export const huber: LossDeclaration = {
  type: 'huber',
  label: 'Huber',
  help: 'With $e = \\hat y - y$: $e^2 / 2$ up to $|e| = \\delta$, then $\\delta |e| - \\delta^2 / 2$; like squares, but outliers pull no harder than $\\delta$. Keras Huber.',
  target: 'value',
  params: {
    delta: {
      kind: 'number',
      label: 'Delta',
      help: 'Error from which on the loss grows in proportion, in the units the network sees.',
      keras: 'delta',
      default: DELTA,
      min: 0,
      max: 1e6,
      exclusiveMin: true,
      logarithmic: true,
    },
  },
  check: (prediction, target) => checkValueUnits('Huber', prediction, target),
  lower: (builder, prediction, target, params) =>
    builder.emitOne('huber', [prediction, target], { delta: params ? numberParam(params, 'delta') : DELTA }),
}
