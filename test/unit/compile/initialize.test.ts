import { describe, expect, it } from 'vitest'
import { initializeWeights } from '../../../engine/compile/initialize.ts'
import type { CompiledModel, CompiledWeight } from '../../../engine/compile/types.ts'
import type { InitializerName } from '../../../engine/layers/layer.ts'

const SHAPE = [200, 300]
const COUNT = 200 * 300

function modelOf(...initializers: CompiledWeight['initializer'][]) {
  const weights = initializers.map(
    (initializer, ordinal): CompiledWeight => ({
      name: 'kernel',
      shape: SHAPE,
      initializer,
      trainable: true,
      node: 'n',
      path: `n${ordinal}/kernel`,
      offset: ordinal * COUNT,
      usedOffset: ordinal * COUNT,
      frozen: false,
      ordinal,
    }),
  )
  const model: Pick<CompiledModel, 'weights' | 'persistentFloats' | 'slotInitials'> = {
    weights,
    persistentFloats: COUNT * weights.length + 16,
    slotInitials: [{ offset: COUNT * weights.length, length: 8, value: 0.5 }],
  }
  return model
}

function statistics(values: Float32Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return { mean, deviation: Math.sqrt(variance), largest }
}

// Keras 3: limits of the uniform ones are sqrt(3 variance); the normal ones are cut at two deviations of the wider normal.
const glorot = Math.sqrt(2 / 500)
const he = Math.sqrt(2 / 200)
const lecun = Math.sqrt(1 / 200)
const cut = 2 / 0.87962566103423978

describe('initializeWeights', () => {
  it.each<[InitializerName, number, number]>([
    ['glorot_uniform', glorot, glorot * Math.sqrt(3)],
    ['glorot_normal', glorot, glorot * cut],
    ['he_uniform', he, he * Math.sqrt(3)],
    ['he_normal', he, he * cut],
    ['lecun_uniform', lecun, lecun * Math.sqrt(3)],
    ['lecun_normal', lecun, lecun * cut],
    ['random_uniform', 0.05 / Math.sqrt(3), 0.05],
    ['random_normal', 0.05, 0.05 * 6],
    ['truncated_normal', 0.05 * 0.87962566103423978, 0.1],
    ['variance_scaling', lecun, lecun * cut],
  ])('draws %s with its deviation and within its limits', (name, deviation, limit) => {
    const { mean, deviation: actual, largest } = statistics(initializeWeights(modelOf({ name }), 1).subarray(0, COUNT))
    // 60000 draws: the mean lies within 5 standard errors, the deviation within 2 per cent.
    expect(Math.abs(mean)).toBeLessThan((5 * deviation) / Math.sqrt(COUNT))
    expect(Math.abs(actual / deviation - 1)).toBeLessThan(0.02)
    expect(largest).toBeLessThanOrEqual(Math.fround(limit))
    if (name !== 'random_normal') expect(largest).toBeGreaterThan(0.99 * limit)
  })

  it('fills constants, slots and the fans that a layer states', () => {
    const image = initializeWeights(modelOf({ name: 'zeros' }, { name: 'ones' }, { name: 'constant', value: 2.5 }), 1)
    expect([image[0], image[COUNT], image[2 * COUNT + 7]]).toEqual([0, 1, 2.5])
    expect([...image.subarray(3 * COUNT)]).toEqual([...Array(8).fill(0.5), ...Array(8).fill(0)])
    const stated = initializeWeights(modelOf({ name: 'he_uniform', fanIn: 3, fanOut: 5 }), 1)
    expect(statistics(stated.subarray(0, COUNT)).largest).toBeCloseTo(Math.sqrt(2), 3)
  })

  it('depends on the seed, and each weight has numbers of its own', () => {
    const model = modelOf({ name: 'glorot_uniform' }, { name: 'glorot_uniform' })
    const image = initializeWeights(model, 1)
    expect(initializeWeights(model, 1)).toEqual(image)
    expect(initializeWeights(model, 2)[0]).not.toBe(image[0])
    expect(image[0]).not.toBe(image[COUNT])
  })

  it.each([
    ['untruncated_normal', 'fan_out', 4, Math.sqrt(4 / 300)],
    ['uniform', 'fan_avg', 2, Math.sqrt(2 / 250)],
    ['truncated_normal', 'fan_in', 3, Math.sqrt(3 / 200)],
  ] as const)('scales the variance of %s by %s', (distribution, mode, value, deviation) => {
    const model = modelOf({ name: 'variance_scaling', value, mode, distribution })
    const { deviation: actual } = statistics(initializeWeights(model, 1).subarray(0, COUNT))
    expect(Math.abs(actual / deviation - 1)).toBeLessThan(0.02)
  })

  it.each([
    [[4, 4], 1],
    [[7, 3], 1],
    [[3, 7], 2],
    [[2, 3, 5], 0.5],
  ])('draws an orthogonal matrix for %j with the gain %d', (shape, value) => {
    const model = modelOf({ name: 'orthogonal', value })
    const weight = { ...(model.weights[0] as CompiledWeight), shape }
    const image = initializeWeights({ ...model, weights: [weight] }, 3)
    const columns = shape.at(-1) as number
    const rows = shape.reduce((product, size) => product * size, 1) / columns
    const at = (row: number, column: number) => image[row * columns + column] as number
    const tall = rows >= columns
    const [count, length] = tall ? [columns, rows] : [rows, columns]
    for (let a = 0; a < count; a += 1)
      for (let b = 0; b <= a; b += 1) {
        let product = 0
        for (let i = 0; i < length; i += 1) product += tall ? at(i, a) * at(i, b) : at(a, i) * at(b, i)
        expect(product).toBeCloseTo(a === b ? value ** 2 : 0, 6)
      }
  })

  it('puts the gain on the diagonal of an identity', () => {
    const image = initializeWeights(modelOf({ name: 'identity', value: 1.5 }), 1)
    expect([image[0], image[1], image[301], image[302]]).toEqual([1.5, 0, 1.5, 0])
    expect(image.subarray(0, COUNT).filter((value) => value !== 0).length).toBe(200)
  })
})
