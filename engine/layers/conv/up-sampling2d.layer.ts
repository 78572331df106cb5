import { defineLayer } from '../layer.ts'
import { numberParam } from '../read-params.ts'
import { imageOf, integerParam } from '../windows.ts'

export const upSampling2d = defineLayer({
  type: 'up_sampling2d',
  label: 'UpSampling2D',
  keras: 'UpSampling2D',
  category: 'convolution',
  icon: 'maximize',
  summary: 'Repeats the pixels of images.',
  help: 'Makes images larger by repeating each pixel down and across (nearest neighbour). It has no weights; a Conv2D behind it smooths.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    height: integerParam('Factor down', 'Times that each row is repeated.', 'size', 2),
    width: integerParam('Factor across', 'Times that each column is repeated.', 'size', 2),
  },
  infer({ inputs, params }) {
    const [height, width, channels] = imageOf(inputs[0])
    return [[-1, height * numberParam(params, 'height'), width * numberParam(params, 'width'), channels]]
  },
  weights: () => [],
  lower: ({ builder, values, params }) => [
    builder.emitOne('upsample2d', [values[0]!], {
      height: numberParam(params, 'height'),
      width: numberParam(params, 'width'),
    }),
  ],
  headline: (params) => [`${numberParam(params, 'height')} x ${numberParam(params, 'width')}`],
  samples: [
    { inputs: [[-1, 3, 2, 2]], params: {} },
    { inputs: [[-1, 2, 2, 3]], params: { height: 1, width: 3 } },
    { inputs: [[-1, 1, 2, 2]], params: { height: 3, width: 1 } },
  ],
})
