import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const perceptron: LossDeclaration = {
  type: 'perceptron',
  label: 'Perceptron',
  help: "Rosenblatt's rule: $(\\hat y - y) z$ with $\\hat y = step(z)$, so that gradient descent moves the weights by $\\eta (y - \\hat y) x$ and only where the answer was wrong. Ends with no error when a line parts the classes, never otherwise. Needs a step as the last activation; use batch size 1 and plain SGD without shuffling for the rule as Rosenblatt stated it.",
  target: 'value',
  activations: ['step'],
  needsActivation: 'step',
  check: (prediction, target) => checkValueUnits('The perceptron rule', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('perceptron', [prediction, target]),
}
