import type { Shape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import { booleanParam, textParam } from '../read-params.ts'
import { axisParam, featureAxis } from '../shapes.ts'

const reductions = [
  { value: 'mean', label: 'mean' },
  { value: 'sum', label: 'sum' },
  { value: 'max', label: 'largest' },
  { value: 'min', label: 'smallest' },
]

export const reduce = defineLayer({
  type: 'reduce',
  label: 'Reduce',
  keras: null,
  category: 'core',
  icon: 'fold-vertical',
  summary: 'Takes the mean, sum, largest or smallest along one axis.',
  aliases: ['sum', 'mean', 'max', 'pool'],
  help: 'Computes one number from all along the axis, as keras.ops.mean, sum, max and min do: $y = \\frac{1}{n} \\sum_i x_i$ for the mean. The gradient of the largest goes to it alone, in equal parts where several are equal.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    reduction: {
      kind: 'choice',
      label: 'Reduction',
      help: 'What is computed along the axis.',
      default: 'mean',
      options: reductions,
    },
    axis: axisParam('Axis to reduce'),
    keepDims: {
      kind: 'boolean',
      label: 'Keep axis',
      help: 'The axis stays, with size 1.',
      keras: 'keepdims',
      default: false,
    },
  },
  infer({ inputs, params }) {
    const axis = featureAxis(inputs[0]!, params)
    const kept = booleanParam(params, 'keepDims')
    return [inputs[0]!.flatMap((size, index) => (index !== axis ? [size] : kept ? [1] : []))]
  },
  weights: () => [],
  lower({ builder, inputs, values, params }) {
    const axis = featureAxis(inputs[0]!, params)
    const size = inputs[0]![axis]!
    const shape: Shape = inputs[0]!.map((own, index) => (index === axis ? 1 : own))
    const reduced = (op: string, x: number): number => builder.emitOne(op, [x], {}, { shape })
    const scaled = (x: number, factor: number): number => builder.emitOne('scale', [x], { factor })
    const x = values[0]!
    const result = {
      mean: () => scaled(reduced('reduce_sum', x), 1 / size),
      sum: () => reduced('reduce_sum', x),
      max: () => reduced('reduce_max', x),
      min: () => scaled(reduced('reduce_max', scaled(x, -1)), -1),
    }[textParam(params, 'reduction') as 'mean' | 'sum' | 'max' | 'min']()
    if (booleanParam(params, 'keepDims')) return [result]
    return [builder.emitOne('reshape', [result], {}, { shape: shape.filter((_, index) => index !== axis) })]
  },
  headline: (params) => [`${textParam(params, 'reduction')} of axis ${params.axis}`],
  samples: [
    { inputs: [[-1, 5, 3]], params: {} },
    { inputs: [[-1, 4, 3, 2]], params: { reduction: 'sum', axis: 2, keepDims: true } },
    { inputs: [[-1, 5, 3]], params: { reduction: 'max', axis: 1 } },
    { inputs: [[-1, 6]], params: { reduction: 'min', keepDims: true } },
  ],
})
