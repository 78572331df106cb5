import type { Shape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { layerError } from '../problem.ts'
import { numberParam } from '../read-params.ts'
import { imageOf, integerParam } from '../windows.ts'

function croppedShape(input: Shape | undefined, params: EffectiveParams): Shape {
  const [height, width, channels] = imageOf(input)
  const left = (length: number, before: string, after: string): number => {
    const rest = length - numberParam(params, before) - numberParam(params, after)
    if (rest >= 1) return rest
    throw layerError({
      code: 'layer.cropping',
      message: 'Nothing of the image would be left.',
      port: 'input',
      param: before,
      expected: `${before} and ${after} together below ${length}`,
      received: String(length - rest),
      fix: 'Crop less.',
    })
  }
  return [-1, left(height, 'top', 'bottom'), left(width, 'left', 'right'), channels]
}

export const cropping2d = defineLayer({
  type: 'cropping2d',
  label: 'Cropping2D',
  keras: 'Cropping2D',
  category: 'convolution',
  icon: 'crop',
  summary: 'Cuts the border of images off.',
  help: 'Removes rows above and below and columns left and right of every image.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    top: integerParam('Top', 'Rows cut off above.', 'cropping', 1, 0),
    bottom: integerParam('Bottom', 'Rows cut off below.', 'cropping', 1, 0),
    left: integerParam('Left', 'Columns cut off at the left.', 'cropping', 1, 0),
    right: integerParam('Right', 'Columns cut off at the right.', 'cropping', 1, 0),
  },
  infer: ({ inputs, params }) => [croppedShape(inputs[0], params)],
  weights: () => [],
  lower({ builder, inputs, values, params }) {
    const shape = croppedShape(inputs[0], params)
    const [, width, channels] = imageOf(inputs[0])
    const low = [-1, shape[1] as number, width, channels]
    const top = { axis: 1, begin: numberParam(params, 'top') }
    const left = { axis: 2, begin: numberParam(params, 'left') }
    const cropped = builder.emitOne('slice', [values[0]!], top, { shape: low })
    return [builder.emitOne('slice', [cropped], left, { shape })]
  },
  headline: (params) => [['top', 'bottom', 'left', 'right'].map((side) => numberParam(params, side)).join(', ')],
  samples: [
    { inputs: [[-1, 4, 5, 2]], params: {} },
    { inputs: [[-1, 4, 3, 2]], params: { top: 0, right: 0 } },
    { inputs: [[-1, 4, 4, 2]], params: { top: 0, bottom: 0, left: 1, right: 2 } },
  ],
})
