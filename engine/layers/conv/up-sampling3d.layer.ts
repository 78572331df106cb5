import { defineLayer } from '../layer.ts'
import { numberParam } from '../read-params.ts'
import { repeatedShape, repeatPixels } from '../repeats.ts'
import { integerParam, volumeOf } from '../windows.ts'

const factors = ['depth', 'height', 'width'] as const

export const upSampling3d = defineLayer({
  type: 'up_sampling3d',
  label: 'UpSampling3D',
  keras: 'UpSampling3D',
  category: 'convolution',
  icon: 'expand',
  summary: 'Repeats the voxels of volumes.',
  help: 'Makes volumes larger by repeating each voxel along depth, height and width. It has no weights; a Conv3D behind it smooths.',
  inputs: [{ name: 'input', label: 'volumes' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    depth: integerParam('Factor in depth', 'Times that each plane is repeated.', 'size', 2),
    height: integerParam('Factor down', 'Times that each row is repeated.', 'size', 2),
    width: integerParam('Factor across', 'Times that each column is repeated.', 'size', 2),
  },
  infer: ({ inputs, params }) => [repeatedShape(3, inputs[0], params, factors)],
  weights: () => [],
  // Rows of all planes below each other are an image; so are planes with their pixels in a row.
  lower({ builder, inputs, values, params }) {
    const [depth, height, width, channels] = volumeOf(inputs[0])
    const [deep, down, across] = factors.map((name) => numberParam(params, name)) as [number, number, number]
    const rows = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, depth * height, width, channels] })
    const wide = repeatPixels(builder, rows, down, across)
    const plane = height * down * width * across
    const planes = builder.emitOne('reshape', [wide], {}, { shape: [-1, depth, plane, channels] })
    const shape = repeatedShape(3, inputs[0], params, factors)
    return [builder.emitOne('reshape', [repeatPixels(builder, planes, deep, 1)], {}, { shape })]
  },
  headline: (params) => [factors.map((name) => numberParam(params, name)).join(' x ')],
  samples: [
    { inputs: [[-1, 2, 3, 2, 2]], params: {} },
    { inputs: [[-1, 1, 2, 2, 3]], params: { depth: 3, height: 1, width: 2 } },
    { inputs: [[-1, 3, 1, 2, 1]], params: { depth: 1, height: 2, width: 1 } },
  ],
})
