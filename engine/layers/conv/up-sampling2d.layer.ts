import { defineLayer } from '../layer.ts'
import { numberParam, textParam } from '../read-params.ts'
import { repeatedShape, repeatPixels } from '../repeats.ts'
import { integerParam } from '../windows.ts'

export const upSampling2d = defineLayer({
  type: 'up_sampling2d',
  label: 'UpSampling2D',
  keras: 'UpSampling2D',
  category: 'convolution',
  icon: 'maximize',
  summary: 'Repeats the pixels of images, or blends between them.',
  aliases: ['unpooling', 'upsample', 'resize', 'nearest', 'bilinear'],
  help: 'Makes images larger by repeating each pixel down and across (nearest neighbour), or by blending the two nearest rows and columns in proportion to their distance (bilinear). It has no weights; a Conv2D behind it smooths.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    height: integerParam('Factor down', 'Times that each row is repeated.', 'size', 2),
    width: integerParam('Factor across', 'Times that each column is repeated.', 'size', 2),
    interpolation: {
      kind: 'choice',
      label: 'Interpolation',
      help: 'What lies between the pixels of the input.',
      keras: 'interpolation',
      default: 'nearest',
      options: [
        { value: 'nearest', label: 'nearest', help: 'the nearest pixel' },
        { value: 'bilinear', label: 'bilinear', help: 'a mean of the four nearest pixels, weighted by distance' },
      ],
    },
  },
  infer: ({ inputs, params }) => [repeatedShape(2, inputs[0], params, ['height', 'width'])],
  weights: () => [],
  lower({ builder, values, params }) {
    const [height, width] = [numberParam(params, 'height'), numberParam(params, 'width')]
    if (textParam(params, 'interpolation') === 'nearest') return [repeatPixels(builder, values[0]!, height, width)]
    const tall = builder.emitOne('interpolate', [values[0]!], { axis: 1, factor: height })
    return [builder.emitOne('interpolate', [tall], { axis: 2, factor: width })]
  },
  headline: (params) => [
    `${numberParam(params, 'height')} x ${numberParam(params, 'width')}`,
    textParam(params, 'interpolation'),
  ],
  samples: [
    { inputs: [[-1, 3, 2, 2]], params: {} },
    { inputs: [[-1, 2, 2, 3]], params: { height: 1, width: 3 } },
    { inputs: [[-1, 1, 2, 2]], params: { height: 3, width: 1 } },
    { inputs: [[-1, 3, 2, 2]], params: { interpolation: 'bilinear' } },
    { inputs: [[-1, 1, 3, 1]], params: { height: 2, width: 3, interpolation: 'bilinear' } },
  ],
})
