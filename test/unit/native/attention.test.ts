import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { concreteShape, elementCount, type Shape } from '../../../engine/base/shape.ts'
import { attention, attentionGradient } from '../../../engine/ops/attention.op.ts'
import { encodeAttributes } from '../../../engine/ops/attributes.ts'
import type { OpDeclaration, ReferenceTensor } from '../../../engine/ops/op.ts'
import * as reference from '../../../engine/ops/reference/attention.ts'
import { runKernel } from '../../support/native-program.ts'
import { normalizedError } from '../../support/reference-case.ts'

const N = 2
const context = { seed: 5, iteration: 3, learningRate: 0 }
const random = new Random(31, 9)

function draw(shape: Shape, value = () => random.normal()): ReferenceTensor {
  const concrete = concreteShape(shape, N)
  return { shape: concrete, data: Float64Array.from({ length: elementCount(concrete) }, () => Math.fround(value())) }
}

interface Case {
  queries: number
  keys: number
  depth: number
  valueDepth: number
  heads?: number
  causal?: boolean
  rate?: number
  masked?: boolean
}

async function compare(op: OpDeclaration, shapes: (Shape | null)[], inputs: (ReferenceTensor | null)[], entry: Case) {
  const { heads = 1, causal = false, rate = 0 } = entry
  const attributes = { heads, scale: entry.depth ** -0.5, causal, rate, stream: 1001 }
  const outputs = op.shape(shapes, attributes)
  const run = op === attention ? reference.attention : reference.attentionGradient
  const full = { n: N, accumulators: new Float64Array(1), ...context }
  const expected = run(
    inputs,
    attributes,
    outputs.map((shape) => concreteShape(shape, N)),
    full,
  )
  const { outputs: actual } = await runKernel({
    kernel: op.name,
    inputs: inputs.map((tensor, index) => tensor && { shape: shapes[index] as Shape, data: tensor.data }),
    outputs: [...outputs],
    attributes: encodeAttributes(op, attributes),
    samples: N,
    batchCapacity: N,
    ...context,
  })
  for (const [index, tensor] of expected.entries())
    expect(normalizedError(actual[index] as Float32Array, tensor.data), `output ${index}`).toBeLessThan(1e-10)
  return expected
}

/** Longer than a tile of queries and a block of keys, heads of one, several and broken vectors. */
const cases: Case[] = [
  { queries: 100, keys: 100, depth: 16, valueDepth: 16 },
  { queries: 97, keys: 300, depth: 5, valueDepth: 19, heads: 2, masked: true },
  { queries: 520, keys: 520, depth: 3, valueDepth: 2, causal: true },
  { queries: 60, keys: 270, depth: 70, valueDepth: 33, causal: true, masked: true },
  { queries: 230, keys: 300, depth: 32, valueDepth: 16, heads: 2 },
  { queries: 70, keys: 90, depth: 16, valueDepth: 32, heads: 2, causal: true, rate: 0.1 },
  { queries: 49, keys: 513, depth: 8, valueDepth: 4, rate: 0.25, heads: 2 },
]

describe('attention over long sequences', () => {
  it.each(cases.map((entry) => [JSON.stringify(entry), entry] as const))(
    'agrees with float64, both ways: %s',
    async (_, entry) => {
      const { queries, keys, depth, valueDepth, heads = 1, masked = false } = entry
      const q: Shape = [-1, queries, heads * depth]
      const k: Shape = [-1, keys, heads * depth]
      const v: Shape = [-1, keys, heads * valueDepth]
      const y: Shape = [-1, queries, heads * valueDepth]
      const mask = masked ? draw([-1, keys], () => random.integer(2)) : null
      const shapes = [q, k, v, masked ? [-1, keys] : null]
      const inputs = [draw(q), draw(k), draw(v), mask]
      const [output, sums] = await compare(attention, shapes, inputs, entry)
      await compare(
        attentionGradient,
        [y, ...shapes, y, [-1, heads, queries]],
        [draw(y), ...inputs, output as ReferenceTensor, sums as ReferenceTensor],
        entry,
      )
    },
  )

  it('gives nothing where every key is masked, and passes nothing back', async () => {
    const entry = { queries: 3, keys: 5, depth: 4, valueDepth: 4 }
    const shapes: Shape[] = [
      [-1, 3, 4],
      [-1, 5, 4],
      [-1, 5, 4],
      [-1, 5],
    ]
    const inputs = [draw(shapes[0]!), draw(shapes[1]!), draw(shapes[2]!), draw(shapes[3]!, () => 0)]
    const [output, sums] = await compare(attention, shapes, inputs, entry)
    expect(output?.data.every((value) => value === 0)).toBe(true)
    const y: Shape = [-1, 3, 4]
    const gradients = await compare(
      attentionGradient,
      [y, ...shapes, y, [-1, 1, 3]],
      [draw(y), ...inputs, output as ReferenceTensor, sums as ReferenceTensor],
      entry,
    )
    for (const gradient of gradients) expect(gradient.data.every((value) => value === 0)).toBe(true)
  })
})
