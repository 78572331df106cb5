import { lowerActivation } from '../activations.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { layerError } from '../problem.ts'
import { numberParam } from '../read-params.ts'

export const relu = defineLayer({
  type: 'relu',
  label: 'ReLU',
  keras: 'ReLU',
  category: 'core',
  icon: 'chart-no-axes-column-increasing',
  summary: 'Rectified linear unit, with a ceiling, a slope below and a threshold.',
  help: 'Computes $y = x$ from the threshold $t$ up, but at most the ceiling, and $y = slope \\cdot (x - t)$ below it. With its defaults it is $\\max(0, x)$. A unit whose inputs all lie below the threshold learns nothing (a dying ReLU); a slope above 0 helps.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    maxValue: {
      kind: 'number',
      label: 'Ceiling',
      help: 'The largest output; 0 = none, as None is in Keras.',
      keras: 'max_value',
      default: 0,
      min: 0,
      max: 1e6,
    },
    negativeSlope: {
      kind: 'number',
      label: 'Negative slope',
      help: 'Slope below the threshold.',
      keras: 'negative_slope',
      default: 0,
      min: 0,
      max: 100,
    },
    threshold: {
      kind: 'number',
      label: 'Threshold',
      help: 'Where the line begins.',
      keras: 'threshold',
      default: 0,
      min: 0,
      max: 1e6,
    },
  },
  infer({ inputs, params }) {
    const [ceiling, threshold] = [numberParam(params, 'maxValue'), numberParam(params, 'threshold')]
    if (ceiling > 0 && threshold > ceiling)
      throw layerError({
        code: 'layer.threshold',
        message: 'The threshold lies above the ceiling: nothing would pass.',
        param: 'threshold',
        expected: `at most ${ceiling}`,
        received: String(threshold),
        fix: 'Lower the threshold, or raise the ceiling.',
      })
    return [inputs[0]!]
  },
  weights: () => [],
  mask: passesMask,
  // y = leaky(x - t) + t where x >= t.
  lower({ builder, inputs, values, params }) {
    const slope = numberParam(params, 'negativeSlope')
    const threshold = numberParam(params, 'threshold')
    const ceiling = numberParam(params, 'maxValue')
    const shape = inputs[0]!
    const constant = (value: number) => builder.emitOne('fill', [], { value }, { shape })
    const rectified = (value: number) => lowerActivation(builder, value, slope === 0 ? 'relu' : 'leaky_relu', slope)
    let y: number
    if (threshold === 0) y = rectified(values[0]!)
    else {
      const moved = builder.emitOne('subtract', [values[0]!, constant(threshold)])
      const passed = builder.emitOne('scale', [lowerActivation(builder, moved, 'step', 0)], { factor: threshold })
      y = builder.emitOne('add', [rectified(moved), passed])
    }
    return [ceiling > 0 ? builder.emitOne('minimum', [y, constant(ceiling)]) : y]
  },
  headline: (params) => {
    const facts = [
      numberParam(params, 'maxValue') > 0 ? `at most ${numberParam(params, 'maxValue')}` : '',
      numberParam(params, 'negativeSlope') > 0 ? `slope ${numberParam(params, 'negativeSlope')}` : '',
      numberParam(params, 'threshold') > 0 ? `from ${numberParam(params, 'threshold')}` : '',
    ].filter(Boolean)
    return facts.length > 0 ? facts : ['max(0, x)']
  },
  samples: [
    { inputs: [[-1, 5]], params: {} },
    { inputs: [[-1, 2, 3]], params: { maxValue: 0.6, negativeSlope: 0.2 } },
    { inputs: [[-1, 4]], params: { negativeSlope: 0.1, threshold: 0.25 } },
    { inputs: [[-1, 2, 2, 3]], params: { maxValue: 6, threshold: 0.1 } },
  ],
})
