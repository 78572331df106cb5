import { describe, expect, it } from 'vitest'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { draw, type Layers, numericData } from './documents.ts'

const layers: Layers = {
  noise: ['noise', { size: 4 }],
  g: ['dense', { units: 10 }],
  table: ['input'],
  junction: ['real_or_generated'],
  d: ['dense', { units: 1, activation: 'sigmoid' }],
  real: ['output'],
}
const edges = ['noise -> g', 'g -> junction.generated', 'table -> junction.real', 'junction -> d', 'd -> real']
const dataset = { ...numericData, targets: [] }
const check = (changed: Layers = {}, lines: readonly string[] = edges) =>
  validateDocument(draw({ ...layers, ...changed }, lines), { dataset })

describe('a GAN while it is drawn', () => {
  it('needs no target; the loss follows from the last activation', () => {
    expect(check()).toEqual([])
    expect(check({ d: ['dense', { units: 1 }] })).toEqual([])
    expect(check({ real: ['output', { loss: 'binary_crossentropy' }] })).toEqual([])
  })

  it('must generate the shape of the data', () => {
    expect(check({ g: ['dense', { units: 9 }] })[0]).toMatchObject({
      code: 'graph.shape-mismatch',
      node: 'junction',
      port: 'generated',
      expected: 'N x 10',
      received: 'N x 9',
    })
  })

  it('must be fed with noise and with data, each at its port', () => {
    const swapped = ['table -> g', 'g -> junction.generated', 'table -> junction.real', 'junction -> d', 'd -> real']
    const { noise: _, ...without } = layers
    const found = validateDocument(draw(without, swapped), { dataset })
    expect(found[0]).toMatchObject({ code: 'gan.no-noise', node: 'junction', port: 'generated' })
    const blind = ['noise -> g', 'g -> junction.generated', 'g -> junction.real', 'junction -> d', 'd -> real']
    expect(check({}, blind).map(({ code }) => code)).toContain('gan.no-data')
  })

  it('has one junction and one Output with one unit behind it', () => {
    const twice = check({ other: ['output'], e: ['dense', { units: 1 }] }, [...edges, 'junction -> e', 'e -> other'])
    expect(twice[0]).toMatchObject({ code: 'gan.one-output', node: 'other' })
    expect(check({ d: ['dense', { units: 2, activation: 'sigmoid' }] })[0]).toMatchObject({ code: 'loss.shape' })
    const second: Layers = { again: ['real_or_generated'] }
    const codes = check(second, [...edges, 'g -> again.generated', 'table -> again.real']).map(({ code }) => code)
    expect(codes).toContain('gan.one-junction')
  })

  it('is not trained by losses that two networks cannot play for', () => {
    expect(check({ real: ['output', { loss: 'hinge' }] })[0]).toMatchObject({ code: 'loss.adversarial', node: 'real' })
    const linear = check({ d: ['dense', { units: 1 }], real: ['output', { loss: 'binary_crossentropy' }] })
    expect(linear[0]).toMatchObject({ code: 'objective.activation', expected: 'sigmoid' })
  })

  it('tells of weights that belong to neither network, or to both', () => {
    const lines = [
      'noise -> g',
      'g -> junction.generated',
      'table -> e',
      'e -> junction.real',
      'junction -> d',
      'd -> real',
    ]
    expect(check({ e: ['dense', { units: 10 }] }, lines)[0]).toMatchObject({ code: 'gan.untrained', node: 'e' })
  })
})
