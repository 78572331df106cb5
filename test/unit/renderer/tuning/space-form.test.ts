import { describe, expect, it } from 'vitest'
import { parseValues, suggestValues } from '../../../../renderer/features/tuning/space-form.ts'

const units = {
  path: 'dense_1.units',
  label: 'Units',
  kind: 'integer',
  min: 1,
  max: 4096,
  logarithmic: true,
  current: 16,
}
const rate = {
  path: 'training.optimizer.learningRate',
  label: 'Learning rate',
  kind: 'number',
  min: 0,
  max: 1,
  logarithmic: true,
  current: 0.01,
}
const activation = {
  path: 'dense_1.activation',
  label: 'Activation',
  kind: 'choice',
  options: ['relu', 'tanh'],
  current: 'relu',
}

describe('values of a sweep', () => {
  it('are read from a list, each once', () => {
    expect(parseValues('8, 16 16;32', units)).toEqual({ values: [8, 16, 32] })
    expect(parseValues('1e-3 0.01', rate)).toEqual({ values: [0.001, 0.01] })
    expect(parseValues('tanh,relu', activation)).toEqual({ values: ['tanh', 'relu'] })
  })
  it('name what does not fit', () => {
    expect(parseValues('8, x', units)).toEqual({ problem: 'Expected numbers, received x.' })
    expect(parseValues('0', units)).toEqual({ problem: 'Expected at least 1, received 0.' })
    expect(parseValues('1.5', units)).toEqual({ problem: 'Expected whole numbers, received 1.5.' })
    expect(parseValues('gelu', activation)).toEqual({ problem: 'Expected one of relu, tanh, received gelu.' })
    expect(parseValues(' ', units)).toEqual({ problem: 'Expected at least one value.' })
  })
  it('are suggested around the current value', () => {
    expect(suggestValues(units)).toBe('8, 16, 32')
    expect(suggestValues(rate)).toBe('0.001, 0.01, 0.1')
  })
})
