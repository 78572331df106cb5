import { given } from './check.ts'
import { defineOp } from './op.ts'

/** A constant tensor of the stated shape. */
export const fill = defineOp({
  name: 'fill',
  inputs: [],
  outputs: ['y'],
  attributes: { value: { kind: 'number', min: -3.4e38, max: 3.4e38 } },
  shaped: true,
  shape: (_, __, stated) => [given('fill', 'y', stated)],
  vjp: () => [],
  flops: () => 0,
  onnx: 'ConstantOfShape',
  samples: [
    { name: 'scalar', inputs: [], attributes: { value: 1 }, shape: [] },
    { name: 'batch', inputs: [], attributes: { value: -0.5 }, shape: [-1, 3] },
  ],
})
