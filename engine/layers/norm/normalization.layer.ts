import type { Shape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import type { EffectiveParams, ParamSpec } from '../params.ts'
import { layerError } from '../problem.ts'
import { booleanParam, textParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

/** Keras' backend epsilon: the smallest standard deviation that is divided by. */
const SMALLEST_DEVIATION = 1e-7

/** One number for every feature, from a text of one number or of as many as there are features. Throws `layer.numbers`. */
function numbersOf(input: Shape | undefined, params: EffectiveParams, param: string): number[] {
  const features = featuresOf(input)
  const text = textParam(params, param)
  const numbers = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
  const least = param === 'variance' ? 0 : -Infinity
  const sound = numbers.every((value) => Number.isFinite(value) && value >= least)
  if (sound && numbers.length === 1) return Array<number>(features).fill(numbers[0] as number)
  if (sound && numbers.length === features) return numbers
  const kind = param === 'variance' ? 'numbers of at least 0' : 'numbers'
  throw layerError({
    code: 'layer.numbers',
    message: `The ${param} does not fit the input.`,
    port: 'input',
    param,
    expected: features === 1 ? `one of ${kind}` : `one or ${features} ${kind}, separated by commas`,
    received: sound ? `${numbers.length} numbers` : text,
    fix: `Write one number for all features, or one for each of the ${features}.`,
  })
}

function listParam(label: string, help: string, keras: string, initial: string): ParamSpec {
  return { kind: 'text', label, help, keras, default: initial, maxLength: 100_000 }
}

export const normalization = defineLayer({
  type: 'normalization',
  label: 'Normalization',
  keras: 'Normalization',
  category: 'normalization',
  icon: 'scale',
  summary: 'Shifts and scales features by a given mean and variance.',
  aliases: ['standardize'],
  help: 'Computes $y = (x - mean) / \\sqrt{variance}$ over the last axis with numbers that are given and never change: one for all features, or one for each. A standard deviation below $10^{-7}$ counts as $10^{-7}$. To take mean and variance from the training rows, as adapt does in Keras, choose standardisation of the columns in the data view: it is fitted inside each fold and travels with the exported model.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    mean: listParam('Mean', 'One number, or one for each feature, separated by commas.', 'mean', '0'),
    variance: listParam('Variance', 'One number, or one for each feature, separated by commas.', 'variance', '1'),
    invert: {
      kind: 'boolean',
      label: 'Invert',
      help: 'Computes $x \\sqrt{variance} + mean$ instead: back to the units before.',
      keras: 'invert',
      default: false,
      searchable: false,
    },
  },
  infer({ inputs, params }) {
    numbersOf(inputs[0], params, 'mean')
    numbersOf(inputs[0], params, 'variance')
    return [inputs[0]!]
  },
  weights: () => [],
  mask: passesMask,
  // Both ways are (x - m) / sqrt(v): the inverse with m = -mean / deviation and v = 1 / variance.
  lower({ builder, inputs, values, params }) {
    const means = numbersOf(inputs[0], params, 'mean')
    const deviations = numbersOf(inputs[0], params, 'variance').map((value) =>
      Math.max(Math.sqrt(value), SMALLEST_DEVIATION),
    )
    const invert = booleanParam(params, 'invert')
    const constant = (name: string, literal: number[]) => builder.value('constant', name, [literal.length], { literal })
    const mean = constant('mean', invert ? means.map((value, i) => -value / (deviations[i] as number)) : means)
    const variance = constant(
      'variance',
      deviations.map((value) => (invert ? value ** -2 : value ** 2)),
    )
    const operands = [values[0]!, null, null, mean, variance]
    return [builder.emitOne('batch_normalization_inference', operands, { epsilon: 0 })]
  },
  headline: (params) => {
    const shown = (text: string) => (text.length > 12 ? `${text.slice(0, 11)}...` : text || 'none')
    return [`mean ${shown(textParam(params, 'mean'))}`, `variance ${shown(textParam(params, 'variance'))}`]
  },
  samples: [
    { inputs: [[-1, 3]], params: { mean: '0.5, -1, 2', variance: '4, 0.25, 1' } },
    { inputs: [[-1, 2, 4]], params: { mean: '0.3', variance: '0.5' } },
    { inputs: [[-1, 2, 2, 3]], params: { mean: '1 2 3', variance: '0.5', invert: true } },
    { inputs: [[-1, 1]], params: {} },
  ],
})
