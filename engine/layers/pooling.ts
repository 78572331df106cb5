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
  inputNames,
  integerParam,
  paddingParam,
  poolingAttributes,
  type SpatialRank,
  sequenceOf,
  spaceOf,
  threeAxes,
  volumeOf,
  volumeWindows,
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

function windows2d(shape: Shape | undefined, params: EffectiveParams): readonly [WindowAxis, WindowAxis] {
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

function windows3d(shape: Shape | undefined, params: EffectiveParams) {
  const effective = ['Depth', 'Height', 'Width'].reduce(
    (current, axis) => withStride(current, `stride${axis}`, `pool${axis}`),
    params,
  )
  return volumeWindows(volumeOf(shape), effective, 'pool')
}

/**
 * A layer that reduces windows of volumes. Maximum and mean over a box are those over its planes of those over their rows: first along
 * the width of all rows, then over depth and height with whole rows in the place of channels. Ties keep the order of one pass.
 */
export function pooling3d({ op, keras, ...about }: Pool): LayerDeclaration {
  return defineLayer({
    ...about,
    label: keras,
    keras,
    category: 'pooling',
    inputs: [{ name: 'input', label: inputNames[3] }],
    outputs: [{ name: 'output', label: 'output' }],
    params: {
      ...threeAxes('pool', 'Window', 'Size of the window in voxels.', 'pool_size', 2),
      strideDepth: strideParam('Stride depth'),
      strideHeight: strideParam('Stride height'),
      strideWidth: strideParam('Stride width'),
      padding: paddingParam,
    },
    infer: ({ inputs, params }) => [
      [-1, ...windows3d(inputs[0], params).map((window) => window.outputs), volumeOf(inputs[0])[3]],
    ],
    weights: () => [],
    lower({ builder, inputs, values, params }) {
      const [depth, height, width, channels] = volumeOf(inputs[0])
      const [deep, vertical, horizontal] = windows3d(inputs[0], params)
      const rows = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, depth * height, width, channels] })
      const narrow = builder.emitOne(op, [rows], poolingAttributes([flatAxis, horizontal]))
      const row = horizontal.outputs * channels
      const planes = builder.emitOne('reshape', [narrow], {}, { shape: [-1, depth, height, row] })
      const pooled = builder.emitOne(op, [planes], poolingAttributes([deep, vertical]))
      const shape = [-1, deep.outputs, vertical.outputs, horizontal.outputs, channels]
      return [builder.emitOne('reshape', [pooled], {}, { shape })]
    },
    headline: (params) => [
      ['Depth', 'Height', 'Width'].map((axis) => numberParam(params, `pool${axis}`)).join(' x '),
      textParam(params, 'padding'),
    ],
    samples: [
      { inputs: [[-1, 4, 2, 5, 2]], params: {} },
      {
        inputs: [[-1, 3, 5, 4, 2]],
        params: { poolDepth: 3, poolHeight: 3, strideDepth: 1, strideHeight: 2, strideWidth: 1, padding: 'same' },
      },
      { inputs: [[-1, 1, 3, 3, 3]], params: { poolDepth: 1, poolHeight: 1, poolWidth: 3 } },
    ],
  })
}

const globalSamples: Readonly<Record<SpatialRank, readonly [Shape, Shape]>> = {
  1: [
    [-1, 4, 3],
    [-1, 5, 2],
  ],
  2: [
    [-1, 3, 4, 3],
    [-1, 2, 2, 5],
  ],
  3: [
    [-1, 2, 3, 2, 3],
    [-1, 1, 2, 2, 5],
  ],
}

/** A layer that reduces all positions of sequences (1 axis), images (2 axes) or volumes (3 axes). */
export function globalPooling({ op, keras, axes, ...about }: Pool & { axes: SpatialRank }): LayerDeclaration {
  const pooledShape = (shape: Shape | undefined, params: EffectiveParams): Shape => {
    const { lengths, channels } = spaceOf(axes, shape)
    return params.keepDims ? [-1, ...lengths.map(() => 1), channels] : [-1, channels]
  }
  return defineLayer({
    ...about,
    label: keras,
    keras,
    category: 'pooling',
    inputs: [{ name: 'input', label: inputNames[axes] }],
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
    infer: ({ inputs, params }) => [pooledShape(inputs[0], params)],
    weights: () => [],
    lower({ builder, inputs, values, params }) {
      const { lengths, channels } = spaceOf(axes, inputs[0])
      const width = lengths.at(-1) as number
      const height = lengths.slice(0, -1).reduce((product, length) => product * length, 1)
      const whole = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, height, width, channels] })
      const pooled = builder.emitOne(op, [whole], { poolHeight: height, poolWidth: width })
      return [builder.emitOne('reshape', [pooled], {}, { shape: pooledShape(inputs[0], params) })]
    },
    headline: () => ['one number a channel'],
    samples: [
      { inputs: [globalSamples[axes][0]], params: {} },
      { inputs: [globalSamples[axes][1]], params: { keepDims: true } },
    ],
  })
}
