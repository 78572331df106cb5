import { formatShape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import { layerError } from '../problem.ts'
import { numberParam } from '../read-params.ts'
import { axisParam, featureAxis } from '../shapes.ts'

export const slice = defineLayer({
  type: 'slice',
  label: 'Slice',
  keras: null,
  category: 'core',
  icon: 'scissors',
  summary: 'Takes a range out of one axis.',
  aliases: ['split', 'crop', 'select'],
  help: 'Keeps $size$ neighbours along the axis from $begin$ on, as keras.ops.slice_along_axis or x[:, begin:begin+size] of NumPy: one of several features, the last step of a sequence, a region of an image.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    axis: axisParam('Axis to take from'),
    begin: {
      kind: 'integer',
      label: 'Begin',
      help: 'First that is kept, from 0; a negative number counts from the end.',
      default: 0,
      min: -1000000,
      max: 1000000,
      searchable: false,
    },
    size: {
      kind: 'integer',
      label: 'Size',
      help: 'How many are kept.',
      default: 1,
      min: 1,
      max: 1000000,
      searchable: false,
    },
  },
  infer({ inputs, params }) {
    const shape = inputs[0]!
    const axis = featureAxis(shape, params)
    const whole = shape[axis]!
    const size = numberParam(params, 'size')
    const begin = beginOf(whole, numberParam(params, 'begin'))
    if (begin < 0 || begin + size > whole)
      throw layerError({
        code: 'layer.slice',
        message: `The range does not lie within axis ${axis} of ${formatShape(shape)}.`,
        param: begin < 0 || begin >= whole ? 'begin' : 'size',
        expected: `a range within 0 to ${whole}`,
        received: `${begin} to ${begin + size}`,
        fix: `Set begin to 0 and size to ${whole} or less.`,
      })
    return [shape.map((own, index) => (index === axis ? size : own))]
  },
  weights: () => [],
  lower({ builder, inputs, values, params }) {
    const shape = inputs[0]!
    const axis = featureAxis(shape, params)
    const part = shape.map((own, index) => (index === axis ? numberParam(params, 'size') : own))
    const begin = beginOf(shape[axis]!, numberParam(params, 'begin'))
    return [builder.emitOne('slice', [values[0]!], { axis, begin }, { shape: part })]
  },
  headline: (params) => [`${params.size} from ${params.begin} of axis ${params.axis}`],
  samples: [
    { inputs: [[-1, 5]], params: {} },
    { inputs: [[-1, 5, 3]], params: { axis: 1, begin: -1 } },
    { inputs: [[-1, 4, 3, 2]], params: { axis: 2, begin: 1, size: 2 } },
  ],
})

function beginOf(whole: number, begin: number): number {
  return begin < 0 ? whole + begin : begin
}
