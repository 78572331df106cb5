import type { Shape } from '../base/shape.ts'
import { elements, expectBatched, expectShape, features, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** x [N, ..., C]; returns it with the shape [N, C] of one number a channel. Throws `op.shape`. */
function channelsOf(op: string, shape: Shape | null | undefined): { x: Shape; factors: Shape } {
  const x = expectBatched(op, 'x', shape)
  return { x, factors: [-1, x.length < 2 ? 1 : features(x)] }
}

/** Every channel of every sample times a number of its own. */
export const scaleChannels = defineOp({
  name: 'scale_channels',
  inputs: ['x', 'factor'],
  outputs: ['y'],
  attributes: {},
  reuse: reuseOf(0),
  shape([xShape, factor]) {
    const { x, factors } = channelsOf('scale_channels', xShape)
    expectShape('scale_channels', 'factor', factor, factors)
    return [x]
  },
  vjp({ builder, gradients: [g], inputs, needs }) {
    const [x, factor] = inputs as [number, number]
    if (g == null) return [null, null]
    const dx = needs[0] ? builder.emitOne('scale_channels', [g, factor]) : null
    return [dx, needs[1] ? builder.emitOne('scale_channels_factor_gradient', [g, x]) : null]
  },
  flops: ([x]) => elements(x),
  onnx: null,
  samples: [
    {
      name: 'images',
      inputs: [
        [-1, 3, 2, 5],
        [-1, 5],
      ],
    },
    {
      name: 'sequences',
      inputs: [
        [-1, 4, 18],
        [-1, 18],
      ],
    },
    {
      name: 'vectors',
      inputs: [
        [-1, 6],
        [-1, 6],
      ],
    },
  ],
})

/** Sums of dy x over the positions of each channel. */
export const scaleChannelsFactorGradient = defineOp({
  name: 'scale_channels_factor_gradient',
  inputs: ['dy', 'x'],
  outputs: ['dfactor'],
  attributes: {},
  shape([dy, xShape]) {
    const { x, factors } = channelsOf('scale_channels_factor_gradient', xShape)
    expectShape('scale_channels_factor_gradient', 'dy', dy, x)
    return [factors]
  },
  flops: ([x]) => 2 * elements(x),
  onnx: null,
  samples: [
    {
      name: 'images',
      inputs: [
        [-1, 3, 2, 5],
        [-1, 3, 2, 5],
      ],
    },
    {
      name: 'vectors',
      inputs: [
        [-1, 6],
        [-1, 6],
      ],
    },
  ],
})
