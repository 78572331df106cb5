import { describe, expect, it } from 'vitest'
import { concreteShape, type Shape } from '../../../engine/base/shape.ts'
import { completeAttributes, encodeAttributes } from '../../../engine/ops/attributes.ts'
import type { OpDeclaration, OpSample, ReferenceTensor } from '../../../engine/ops/op.ts'
import { references } from '../../../engine/ops/reference/generated/registry.ts'
import { isOptionalOutput, ops } from '../../../engine/ops/registry.ts'
import { runKernel } from '../../support/native-program.ts'
import { drawInputs, normalizedError } from '../../support/reference-case.ts'

/** Normalised mean squared error of float32 kernels against the float64 references. */
const TOLERANCE = 1e-7
const CAPACITY = 19
const context = { seed: 5, iteration: 3, learningRate: 0.05 }

async function compare(op: OpDeclaration, sample: OpSample, n: number, withOptional: boolean): Promise<void> {
  const attributes = completeAttributes(op, sample.attributes)
  const inputs = drawInputs(op, sample, n, 41 + n)
  const shapes = op.shape(sample.inputs, attributes, sample.shape)
  const accumulators = new Float64Array(32)
  const concrete = shapes.map((shape) => concreteShape(shape, n))
  const expected = references[op.name]?.(inputs, attributes, concrete, {
    n,
    accumulators,
    ...context,
  }) as ReferenceTensor[]
  const isAbsent = (index: number): boolean => !withOptional && isOptionalOutput(op, index)
  const result = await runKernel({
    kernel: op.name,
    inputs: inputs.map((tensor, index) => tensor && { shape: sample.inputs[index] as Shape, data: tensor.data }),
    outputs: shapes.map((shape, index) => (isAbsent(index) ? null : shape)),
    attributes: encodeAttributes(op, attributes),
    samples: n,
    batchCapacity: CAPACITY,
    accumulators: accumulators.length,
    ...context,
  })
  for (const [index, tensor] of expected.entries()) {
    if (isAbsent(index)) continue
    const error = normalizedError(result.outputs[index] as Float32Array, tensor.data)
    expect(error, `output ${index} at ${n} samples`).toBeLessThan(TOLERANCE)
  }
  expect(normalizedError(result.accumulators, accumulators)).toBeLessThan(TOLERANCE)
}

const computed = ops.filter((op) => !op.alias)

describe.each(computed.map((op) => [op.name, op] as const))('the kernel of %s', (_, op) => {
  it.each(op.samples.map((sample) => [sample.name, sample] as const))(
    '%s: agrees with the reference',
    async (_, sample) => {
      for (const n of [1, 7, CAPACITY]) {
        await compare(op, sample, n, true)
        if (op.outputs.some((_, index) => isOptionalOutput(op, index))) await compare(op, sample, n, false)
      }
    },
  )
})
