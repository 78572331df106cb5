/**
 * Convolves images of shapes that the Winograd kernels take with the instruction set in force (LAMINA_SIMD), all three passes, and prints one
 * JSON line: the largest errors against the float64 references, and what differs between 1, 2 and 4 threads or between a sample alone and
 * in a batch. Run by winograd.test.ts in a process of its own, as the level is chosen once a process.
 */

import { concreteShape, elementCount, type Shape } from '../../../engine/base/shape.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { completeAttributes, encodeAttributes } from '../../../engine/ops/attributes.ts'
import type { Attributes } from '../../../engine/ops/op.ts'
import { references } from '../../../engine/ops/reference/generated/registry.ts'
import { findOp } from '../../../engine/ops/registry.ts'
import { pseudoRandom } from '../../bench/kernels/mlp_step.ts'
import { runKernel } from '../../support/native-program.ts'
import { normalizedError } from '../../support/reference-case.ts'

const addon = loadNative()
addon.setCoreBudget(4)
const random = pseudoRandom(20261128)
const draw = (shape: Shape, n: number) => Float32Array.from({ length: elementCount(shape, n) }, () => 2 * random() - 1)

interface Case {
  name: string
  samples: number
  /** Input height, width and channels. */
  image: readonly [number, number, number]
  filters: number
  pad: number
  activation?: string
}

const cases: Case[] = [
  { name: 'whole tiles', samples: 3, image: [8, 8, 32], filters: 32, pad: 1, activation: 'relu' },
  { name: 'odd sizes and channels', samples: 2, image: [7, 9, 19], filters: 37, pad: 1 },
  { name: 'no padding', samples: 5, image: [8, 6, 33], filters: 16, pad: 0, activation: 'tanh' },
  { name: 'more padding than kernel', samples: 2, image: [5, 6, 24], filters: 70, pad: 3, activation: 'relu' },
  { name: 'one sample', samples: 1, image: [12, 4, 64], filters: 48, pad: 1, activation: 'sigmoid' },
  { name: 'many tiles', samples: 2, image: [30, 29, 17], filters: 20, pad: 1 },
  { name: 'many channels', samples: 1, image: [4, 4, 300], filters: 40, pad: 1 },
]

let worst = 0
let worstCase = ''
const differing: string[] = []

interface Operand {
  shape: Shape
  data: Float32Array
}

async function check(
  name: string,
  kernel: string,
  inputs: (Operand | null)[],
  outputs: Shape[],
  given: Attributes,
  samples: number,
): Promise<Float32Array> {
  const op = findOp(kernel)
  const attributes = completeAttributes(op, given)
  const call = {
    kernel,
    inputs,
    outputs,
    attributes: encodeAttributes(op, attributes),
    samples,
    batchCapacity: samples + 1,
  }
  const wide = inputs.map(
    (input) => input && { ...input, shape: concreteShape(input.shape, samples), data: Float64Array.from(input.data) },
  )
  const context = { n: samples, accumulators: new Float64Array(1), seed: 1, iteration: 0, learningRate: 0 }
  const shapes = outputs.map((shape) => concreteShape(shape, samples))
  const expected = references[kernel]?.(wide as never, attributes, shapes, context) ?? []
  const alone = await runKernel({ ...call, threads: 1 })
  for (const [index, tensor] of expected.entries()) {
    const error = normalizedError(alone.outputs[index] as Float32Array, tensor.data)
    if (!(error <= worst)) {
      worst = error
      worstCase = `${kernel}: ${name}, output ${index}`
    }
  }
  const bits = alone.outputs.map((output) => Buffer.from(output.buffer))
  for (const threads of [2, 4]) {
    const shared = await runKernel({ ...call, threads })
    if (shared.outputs.some((output, index) => !Buffer.from(output.buffer).equals(bits[index] as Buffer)))
      differing.push(`${kernel}: ${name}, ${threads} threads`)
  }
  return alone.outputs[0] as Float32Array
}

/** Whether the last sample of a batched call has the same bits when it is the only one. */
async function alike(
  name: string,
  kernel: string,
  x: Operand,
  rest: (Operand | null)[],
  output: Shape,
  given: Attributes,
  samples: number,
  y: Float32Array,
) {
  const op = findOp(kernel)
  const last = { shape: x.shape, data: x.data.slice(-elementCount(x.shape, 1)) }
  const single = await runKernel({
    kernel,
    inputs: [last, ...rest],
    outputs: [output],
    attributes: encodeAttributes(op, completeAttributes(op, given)),
    samples: 1,
    batchCapacity: samples,
  })
  const tail = y.slice(-elementCount(output, 1))
  if (!Buffer.from(tail.buffer).equals(Buffer.from((single.outputs[0] as Float32Array).buffer)))
    differing.push(`${kernel}: ${name}, one sample`)
}

for (const { name, samples, image, filters, pad, activation } of cases) {
  const [height, width, channels] = image
  const x: Operand = { shape: [-1, ...image], data: draw([-1, ...image], samples) }
  const out: Shape = [-1, height + 2 * pad - 2, width + 2 * pad - 2, filters]
  const weights: Shape = [3, 3, channels, filters]
  const w: Operand = { shape: weights, data: draw(weights, 1) }
  const bias: Operand = { shape: [filters], data: draw([filters], 1) }
  const dy: Operand = { shape: out, data: draw(out, samples) }
  const pads = { padTop: pad, padBottom: pad, padLeft: pad, padRight: pad }
  const forward = { ...pads, activation: activation ?? 'linear' }
  const y = await check(name, 'conv2d', [x, w, bias], [out], forward, samples)
  await alike(name, 'conv2d', x, [w, bias], out, forward, samples, y)
  // The gate reads an activation's output: numbers between 0 and 1 are outputs of all of them.
  const gate = activation ? { shape: x.shape, data: x.data.map((value) => Math.max(0, value) * 0.9) } : null
  await check(name, 'conv2d_input_gradient', [dy, w, gate], [x.shape], forward, samples)
  await check(name, 'conv2d_parameter_gradient', [x, dy], [weights, [filters]], pads, samples)
}
console.log(JSON.stringify({ simd: addon.info().simd, worst, worstCase, differing }))
