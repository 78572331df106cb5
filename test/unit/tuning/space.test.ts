import { describe, expect, it } from 'vitest'
import type { Json } from '../../../engine/base/json.ts'
import { samplerOf, samplers } from '../../../engine/tuning/samplers/index.ts'
import { gridValues, parseSpace } from '../../../engine/tuning/space.ts'

const example = parseSpace(
  {
    'dense_1.units': [16, 32],
    'training.optimizer.learningRate': { min: 0.001, max: 0.1, scale: 'log', steps: 3 },
    'dense_2.units': { min: 2, max: 4 },
  },
  new Set(['dense_2.units']),
)

describe('a search space', () => {
  it('divides ranges evenly, in the logarithm where asked, and rounds whole numbers', () => {
    expect(example.dimensions.map(gridValues)).toEqual([
      [16, 32],
      [0.001, 0.01, 0.1],
      [2, 3, 4],
    ])
  })

  it('keeps the ends of a range', () => {
    const [dimension] = parseSpace({ a: { min: 0.1, max: 0.7, steps: 4 } }).dimensions
    expect(gridValues(dimension!)).toEqual([0.1, 0.3, 0.5, 0.7])
  })

  it.each<[string, Json, string]>([
    ['no object', [1], 'space'],
    ['nothing to vary', {}, 'space'],
    ['an empty list', { a: [] }, 'a'],
    ['a plain value', { a: 3 }, 'a'],
    ['no minimum', { a: { max: 1 } }, 'a.min'],
    ['ends that are swapped', { a: { min: 2, max: 1 } }, 'a.max'],
    ['another scale', { a: { min: 1, max: 2, scale: 'sqrt' } }, 'a.scale'],
    ['zero on a log scale', { a: { min: 0, max: 1, scale: 'log' } }, 'a.min'],
    ['half a step', { a: { min: 0, max: 1, steps: 1.5 } }, 'a.steps'],
    ['a misspelt key', { a: { min: 0, max: 1, step: 3 } }, 'a.step'],
    ['broken whole numbers', { a: { min: 0.5, max: 2, integer: true } }, 'a'],
  ])('refuses %s and says where', (_, json, where) => {
    expect(() => parseSpace(json)).toThrow(
      expect.objectContaining({ code: 'tuning.invalid-space', details: expect.objectContaining({ where }) }),
    )
  })
})

describe('the grid', () => {
  const grid = samplerOf('grid')

  it('visits every combination once', () => {
    const size = grid.size(example) as number
    expect(size).toBe(18)
    const points = Array.from({ length: size }, (_, index) => JSON.stringify(grid.sample(example, index, 1)))
    expect(new Set(points).size).toBe(18)
    expect(grid.sample(example, 0, 1)).toEqual({
      'dense_1.units': 16,
      'training.optimizer.learningRate': 0.001,
      'dense_2.units': 2,
    })
    expect(grid.sample(example, 17, 1)['dense_1.units']).toBe(32)
  })
})

describe('random search', () => {
  const random = samplerOf('random')

  it('draws trial by trial from the seed, whatever the order', () => {
    const forwards = Array.from({ length: 20 }, (_, index) => random.sample(example, index, 3))
    const backwards = Array.from({ length: 20 }, (_, index) => random.sample(example, 19 - index, 3)).reverse()
    expect(backwards).toEqual(forwards)
    expect(random.sample(example, 0, 4)).not.toEqual(forwards[0])
  })

  it('stays in range, hits every whole number, and spreads evenly in the logarithm', () => {
    const points = Array.from({ length: 600 }, (_, index) => random.sample(example, index, 1))
    const rates = points.map((point) => Math.log10(point['training.optimizer.learningRate'] as number))
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(-3)
    expect(Math.max(...rates)).toBeLessThanOrEqual(-1)
    const below = rates.filter((rate) => rate < -2).length
    expect(below).toBeGreaterThan(240)
    expect(below).toBeLessThan(360)
    expect(new Set(points.map((point) => point['dense_2.units']))).toEqual(new Set([2, 3, 4]))
  })
})

describe('samplers', () => {
  it('have ids of their own, and an unknown one is refused with the list', () => {
    expect(samplers.map(({ id }) => id)).toEqual(['grid', 'random'])
    expect(() => samplerOf('genetic')).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ expected: 'one of grid, random' }) }),
    )
  })
})
