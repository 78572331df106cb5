import { type AttributeSpec, defineOp } from './op.ts'
import { expectImages } from './windows.ts'

const factor: AttributeSpec = { kind: 'integer', min: 1, max: 1 << 20 }

/** Each pixel repeated `height` times down and `width` times across. */
export const upsample2d = defineOp({
  name: 'upsample2d',
  inputs: ['x'],
  outputs: ['y'],
  attributes: { height: factor, width: factor },
  shape([xShape], { height, width }) {
    const x = expectImages('upsample2d', 'x', xShape)
    return [[-1, x[1] * (height as number), x[2] * (width as number), x[3]]]
  },
  vjp({ builder, gradients: [g], attributes }) {
    if (g == null) return [null]
    const [height, width] = [attributes.height as number, attributes.width as number]
    const pool = { poolHeight: height, poolWidth: width, strideHeight: height, strideWidth: width }
    return [builder.emitOne('scale', [builder.emitOne('average_pool2d', [g], pool)], { factor: height * width })]
  },
  flops: () => 0,
  onnx: 'Resize (nearest)',
  samples: [
    { name: 'twice', inputs: [[-1, 3, 2, 3]], attributes: { height: 2, width: 2 } },
    { name: 'unequal', inputs: [[-1, 2, 3, 18]], attributes: { height: 1, width: 3 } },
  ],
})
