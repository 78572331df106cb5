import { philox4x32 } from '../../base/rng.ts'
import type { Attributes, ReferenceContext, ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, operand, tensorOf, zeros } from './tensor.ts'

type Inputs = readonly (ReferenceTensor | null)[]

/** Sizes of an attention and where its numbers lie. */
function layoutOf([query, key, value, mask]: Inputs, attributes: Attributes, { seed, iteration }: ReferenceContext) {
  const [q, k, v] = [operand(query), operand(key), operand(value)]
  const heads = attributes.heads as number
  const [samples, queries, width] = q.shape as [number, number, number]
  const [, keys, valueWidth] = v.shape as [number, number, number]
  const [depth, valueDepth] = [width / heads, valueWidth / heads]
  const rate = attributes.rate as number
  const pitch = Math.ceil(keys / 4) * 4
  return {
    q,
    k,
    v,
    ...{ samples, heads, queries, keys, depth, valueDepth },
    queryAt: (n: number, h: number, t: number, d: number) => ((n * queries + t) * heads + h) * depth + d,
    keyAt: (n: number, h: number, j: number, d: number) => ((n * keys + j) * heads + h) * depth + d,
    valueAt: (n: number, h: number, j: number, d: number) => ((n * keys + j) * heads + h) * valueDepth + d,
    outputAt: (n: number, h: number, t: number, d: number) => ((n * queries + t) * heads + h) * valueDepth + d,
    sees: (n: number, t: number, j: number) =>
      (!mask || at(mask, n * keys + j) > 0.5) && (attributes.causal !== true || j <= t),
    /** 1 / (1 - rate) for a weight that dropout keeps, 0 for one that it drops. */
    kept(n: number, h: number, t: number, j: number): number {
      if (rate === 0) return 1
      const index = ((n * heads + h) * queries + t) * pitch + j
      const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
      const words = philox4x32([Math.floor(index / 4), iteration, attributes.stream as number, 0], key)
      return ((words[index % 4] as number) >>> 8) / 2 ** 24 >= rate ? 1 / (1 - rate) : 0
    },
  }
}

type Layout = ReturnType<typeof layoutOf>

function scoreOf({ q, k, depth, queryAt, keyAt }: Layout, scale: number, n: number, h: number, t: number, j: number) {
  let sum = 0
  for (let d = 0; d < depth; d += 1) sum += at(q, queryAt(n, h, t, d)) * at(k, keyAt(n, h, j, d))
  return scale * sum
}

function forEach(
  { samples, heads, queries, keys }: Layout,
  visit: (n: number, h: number, t: number, j: number) => void,
) {
  for (let n = 0; n < samples; n += 1)
    for (let h = 0; h < heads; h += 1)
      for (let t = 0; t < queries; t += 1) for (let j = 0; j < keys; j += 1) visit(n, h, t, j)
}

export const attention: ReferenceImplementation = (inputs, attributes, [shape, rows], context) => {
  const layout = layoutOf(inputs, attributes, context)
  const { heads, queries, keys, v, valueDepth, valueAt, outputAt, sees, kept } = layout
  const sums = tensorOf(rows as number[], (i) => {
    const [n, h, t] = [Math.floor(i / (heads * queries)), Math.floor(i / queries) % heads, i % queries]
    const scores = Array.from({ length: keys }, (_, j) => scoreOf(layout, attributes.scale as number, n, h, t, j))
    const seen = scores.filter((_, j) => sees(n, t, j))
    const most = Math.max(...seen)
    return seen.length === 0 ? 1e30 : most + Math.log(seen.reduce((sum, score) => sum + Math.exp(score - most), 0))
  })
  const y = zeros(shape as number[])
  forEach(layout, (n, h, t, j) => {
    if (!sees(n, t, j)) return
    const score = scoreOf(layout, attributes.scale as number, n, h, t, j)
    const weight = Math.exp(score - at(sums, (n * heads + h) * queries + t)) * kept(n, h, t, j)
    for (let d = 0; d < valueDepth; d += 1) {
      const to = outputAt(n, h, t, d)
      y.data[to] = at(y, to) + weight * at(v, valueAt(n, h, j, d))
    }
  })
  return [y, sums]
}

export const attentionGradient: ReferenceImplementation = (inputs, attributes, shapes, context) => {
  const layout = layoutOf(inputs.slice(1), attributes, context)
  const { q, k, v, heads, queries, depth, valueDepth, queryAt, keyAt, valueAt, outputAt, sees, kept } = layout
  const [dy, y, sums] = [operand(inputs[0]), operand(inputs[5]), operand(inputs[6])]
  const [dq, dk, dv] = shapes.map((shape) => zeros(shape)) as [ReferenceTensor, ReferenceTensor, ReferenceTensor]
  const scale = attributes.scale as number
  forEach(layout, (n, h, t, j) => {
    if (!sees(n, t, j)) return
    const weight = Math.exp(scoreOf(layout, scale, n, h, t, j) - at(sums, (n * heads + h) * queries + t))
    const factor = kept(n, h, t, j)
    let gradient = 0
    for (let d = 0; d < valueDepth; d += 1) {
      const g = at(dy, outputAt(n, h, t, d))
      gradient += g * (factor * at(v, valueAt(n, h, j, d)) - at(y, outputAt(n, h, t, d)))
      dv.data[valueAt(n, h, j, d)] = at(dv, valueAt(n, h, j, d)) + weight * factor * g
    }
    for (let d = 0; d < depth; d += 1) {
      const [from, to] = [queryAt(n, h, t, d), keyAt(n, h, j, d)]
      dq.data[from] = at(dq, from) + scale * weight * gradient * at(k, to)
      dk.data[to] = at(dk, to) + scale * weight * gradient * at(q, from)
    }
  })
  return [dq, dk, dv]
}
