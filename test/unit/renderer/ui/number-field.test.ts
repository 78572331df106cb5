import { describe, expect, it } from 'vitest'
import { parseNumber, plainDecimal, rangeProblem, stepNumber } from '../../../../renderer/ui/number-field.ts'

describe('number fields', () => {
  it('read decimal points, decimal commas and exponents', () => {
    expect(parseNumber('0.5')).toBe(0.5)
    expect(parseNumber('0,5')).toBe(0.5)
    expect(parseNumber(' 1e-3 ')).toBe(0.001)
    expect(parseNumber('1 000')).toBe(1000)
  })

  it('read no number from text, an empty field or two points', () => {
    for (const text of ['', 'abc', '1.2.3', '--1', '1e', '0x10']) expect(parseNumber(text)).toBeNaN()
  })

  it('say what was expected and what was received', () => {
    expect(rangeProblem(0, { min: 1 })).toBe('Expected at least 1, received 0.')
    expect(rangeProblem(0, { min: 0, exclusiveMin: true })).toBe('Expected more than 0, received 0.')
    expect(rangeProblem(1, { max: 1, exclusiveMax: true })).toBe('Expected less than 1, received 1.')
    expect(rangeProblem(1.5, { integer: true })).toBe('Expected a whole number, received 1.5.')
    expect(rangeProblem(Number.NaN, {})).toBe('Expected a number.')
    expect(rangeProblem(3, { min: 1, max: 3, integer: true })).toBeNull()
  })

  it('step whole numbers by one, and double them with Shift where they are logarithmic', () => {
    const units = { min: 1, max: 65536, integer: true, logarithmic: true }
    expect(stepNumber(16, 1, units)).toBe(17)
    expect(stepNumber(16, 1, units, true)).toBe(32)
    expect(stepNumber(16, -1, units, true)).toBe(8)
    expect(stepNumber(1, -1, units)).toBe(1)
  })

  it('multiply logarithmic numbers, so that a learning rate keeps its digits', () => {
    const rate = { min: 1e-6, max: 1, logarithmic: true }
    expect(stepNumber(0.001, 1, rate)).toBe(0.002)
    expect(stepNumber(0.001, -1, rate, true)).toBe(0.0001)
    expect(stepNumber(0.8, 1, rate)).toBe(1)
  })

  it('never step out of the range, nor onto an excluded end', () => {
    expect(stepNumber(0.95, 1, { min: 0, max: 1, exclusiveMax: true })).toBe(0.95)
    expect(stepNumber(0.5, 1, { min: 0, max: 1 })).toBe(0.55)
  })

  it('tell assistive technology numbers without an exponent', () => {
    expect([1e-7, 0.005, 32].map(plainDecimal)).toEqual(['0.0000001', '0.005', '32'])
    expect(plainDecimal(Number.NaN)).toBeUndefined()
    expect(plainDecimal(undefined)).toBeUndefined()
  })
})
