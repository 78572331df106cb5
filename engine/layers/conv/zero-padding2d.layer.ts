import type { Shape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { numberParam } from '../read-params.ts'
import { imageOf, integerParam } from '../windows.ts'

function paddedShape(input: Shape | undefined, params: EffectiveParams): Shape {
  const [height, width, channels] = imageOf(input)
  const read = (side: string) => numberParam(params, side)
  return [-1, height + read('top') + read('bottom'), width + read('left') + read('right'), channels]
}

export const zeroPadding2d = defineLayer({
  type: 'zero_padding2d',
  label: 'ZeroPadding2D',
  keras: 'ZeroPadding2D',
  category: 'convolution',
  icon: 'frame',
  summary: 'Puts a border of zeros around images.',
  help: 'Adds rows of zeros above and below and columns of zeros left and right of every image.',
  inputs: [{ name: 'input', label: 'images' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    top: integerParam('Top', 'Rows of zeros above.', 'padding', 1, 0),
    bottom: integerParam('Bottom', 'Rows of zeros below.', 'padding', 1, 0),
    left: integerParam('Left', 'Columns of zeros at the left.', 'padding', 1, 0),
    right: integerParam('Right', 'Columns of zeros at the right.', 'padding', 1, 0),
  },
  infer: ({ inputs, params }) => [paddedShape(inputs[0], params)],
  weights: () => [],
  lower({ builder, inputs, values, params }) {
    const shape = paddedShape(inputs[0], params)
    const [, width, channels] = imageOf(inputs[0])
    const tall = [-1, shape[1] as number, width, channels]
    const top = { axis: 1, begin: numberParam(params, 'top') }
    const left = { axis: 2, begin: numberParam(params, 'left') }
    const padded = builder.emitOne('pad_slice', [values[0]!], top, { shape: tall })
    return [builder.emitOne('pad_slice', [padded], left, { shape })]
  },
  headline: (params) => [['top', 'bottom', 'left', 'right'].map((side) => numberParam(params, side)).join(', ')],
  samples: [
    { inputs: [[-1, 3, 2, 2]], params: {} },
    { inputs: [[-1, 3, 2, 2]], params: { top: 0, right: 2 } },
    { inputs: [[-1, 2, 2, 3]], params: { top: 3, bottom: 0, left: 0, right: 0 } },
  ],
})
