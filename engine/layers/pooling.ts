import type { Shape } from '../base/shape.ts'
import type { LayerDeclaration } from './layer.ts'
import { defineLayer } from './layer.ts'
import type { EffectiveParams, ParamSpec } from './params.ts'
import { numberParam, textParam } from './read-params.ts'
import {
  bothAxes,
  flatAxis,
  imageOf,
  imageWindows,
  integerParam,
  paddingParam,
  poolingAttributes,
  sequenceOf,
  type WindowAxis,
  windowOver,
} from './windows.ts'

interface Pool {
  type: string
  /** Class in Keras, and label. */
  keras: string
  icon: string
  op: 'max_pool2d' | 'average_pool2d'
  summary: string
  help: string
}

const strideHelp = 'Positions from one window to the next; 0 = the size of the window.'

function strideParam(label: string): ParamSpec {
  return integerParam(label, strideHelp, 'strides', 0, 0)
}

/** Strides of 0 stand for the size of the window, as None does in Keras. */
function withStride(params: EffectiveParams, stride: string, size: string): EffectiveParams {
  return numberParam(params, stride) > 0 ? params : { ...params, [stride]: numberParam(params, size) }
}

function windows2d(shape: Shape | undefined, params: EffectiveParams): [WindowAxis, WindowAxis] {
  const vertical = withStride(params, 'strideHeight', 'poolHeight')
  return imageWindows(imageOf(shape), withStride(vertical, 'strideWidth', 'poolWidth'), 'pool')
}

/** A layer that reduces windows of images. */
export function pooling2d({ op, keras, ...about }: Pool): LayerDeclaration {
  return defineLayer({
    ...about,
    label: keras,
    keras,
    category: 'pooling',
    inputs: [{ name: 'input', label: 'images' }],
    outputs: [{ name: 'output', label: 'output' }],
    params: {
      ...bothAxes('pool', 'Window', 'Size of the window in pixels.', 'pool_size', 2),
      strideHeight: strideParam('Stride height'),
      strideWidth: strideParam('Stride width'),
      padding: paddingParam,
    },
    infer({ inputs, params }) {
      const [vertical, horizontal] = windows2d(inputs[0], params)
      return [[-1, vertical.outputs, horizontal.outputs, imageOf(inputs[0])[2]]]
    },
    weights: () => [],
    lower: ({ builder, inputs, values, params }) => [
      builder.emitOne(op, [values[0]!], poolingAttributes(windows2d(inputs[0], params))),
    ],
    headline: (params) => [
      `${numberParam(params, 'poolHeight')} x ${numberParam(params, 'poolWidth')}`,
      textParam(params, 'padding'),
    ],
    samples: [
      { inputs: [[-1, 4, 5, 2]], params: {} },
      { inputs: [[-1, 5, 4, 2]], params: { poolHeight: 3, strideHeight: 2, strideWidth: 1, padding: 'same' } },
      { inputs: [[-1, 3, 3, 3]], params: { poolHeight: 1, poolWidth: 3 } },
    ],
  })
}

function window1d(shape: Shape | undefined, params: EffectiveParams): WindowAxis {
  const effective = withStride(params, 'strides', 'poolSize')
  return windowOver(sequenceOf(shape)[0], {
    size: numberParam(params, 'poolSize'),
    stride: numberParam(effective, 'strides'),
    padding: textParam(params, 'padding'),
    sizeParam: 'poolSize',
    strideParam: 'strides',
  })
}

/** A layer that reduces windows of sequences: that of images of height 1. */
export function pooling1d({ op, keras, ...about }: Pool): LayerDeclaration {
  return defineLayer({
    ...about,
    label: keras,
    keras,
    category: 'pooling',
    inputs: [{ name: 'input', label: 'sequences' }],
    outputs: [{ name: 'output', label: 'output' }],
    params: {
      poolSize: integerParam('Window', 'Steps of a window.', 'pool_size', 2),
      strides: strideParam('Stride'),
      padding: paddingParam,
    },
    infer: ({ inputs, params }) => [[-1, window1d(inputs[0], params).outputs, sequenceOf(inputs[0])[1]]],
    weights: () => [],
    lower({ builder, inputs, values, params }) {
      const [steps, channels] = sequenceOf(inputs[0])
      const window = window1d(inputs[0], params)
      const image = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, 1, steps, channels] })
      const pooled = builder.emitOne(op, [image], poolingAttributes([flatAxis, window]))
      return [builder.emitOne('reshape', [pooled], {}, { shape: [-1, window.outputs, channels] })]
    },
    headline: (params) => [`${numberParam(params, 'poolSize')} steps`, textParam(params, 'padding')],
    samples: [
      { inputs: [[-1, 5, 2]], params: {} },
      { inputs: [[-1, 6, 2]], params: { poolSize: 3, strides: 2, padding: 'same' } },
      { inputs: [[-1, 4, 3]], params: { poolSize: 4, strides: 1 } },
    ],
  })
}

/** A layer that reduces all positions of images (2 axes) or sequences (1 axis). */
export function globalPooling({ op, keras, axes, ...about }: Pool & { axes: 1 | 2 }): LayerDeclaration {
  const image = (shape: Shape | undefined) =>
    axes === 2 ? imageOf(shape) : ([1, ...sequenceOf(shape)] as readonly [number, number, number])
  return defineLayer({
    ...about,
    label: keras,
    keras,
    category: 'pooling',
    inputs: [{ name: 'input', label: axes === 2 ? 'images' : 'sequences' }],
    outputs: [{ name: 'output', label: 'output' }],
    params: {
      keepDims: {
        kind: 'boolean',
        label: 'Keep axes',
        help: 'Keeps the reduced axes with size 1.',
        keras: 'keepdims',
        default: false,
      },
    },
    infer({ inputs, params }) {
      const [, , channels] = image(inputs[0])
      return [params.keepDims ? [-1, ...Array<number>(axes).fill(1), channels] : [-1, channels]]
    },
    weights: () => [],
    lower({ builder, inputs, values, params }) {
      const [height, width, channels] = image(inputs[0])
      const whole =
        axes === 2 ? values[0]! : builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, height, width, channels] })
      const pooled = builder.emitOne(op, [whole], { poolHeight: height, poolWidth: width })
      const shape = params.keepDims ? [-1, ...Array<number>(axes).fill(1), channels] : [-1, channels]
      return [builder.emitOne('reshape', [pooled], {}, { shape })]
    },
    headline: () => ['one number a channel'],
    samples: [
      { inputs: [axes === 2 ? [-1, 3, 4, 3] : [-1, 4, 3]], params: {} },
      { inputs: [axes === 2 ? [-1, 2, 2, 5] : [-1, 5, 2]], params: { keepDims: true } },
    ],
  })
}
