import { describe, expect, it } from 'vitest'
import { nearMatches, suggestion } from '../../../engine/layers/near-matches.ts'
import { checkParam, checkParams, effectiveParams, isDefault } from '../../../engine/layers/param-check.ts'
import type { ParamSpec } from '../../../engine/layers/params.ts'
import { layerOf } from './support.ts'

const text = { label: 'Value', help: 'A value.' }
const rate: ParamSpec = {
  ...text,
  kind: 'number',
  default: 0.5,
  min: 0,
  max: 1,
  exclusiveMin: true,
  exclusiveMax: true,
}
const shape: ParamSpec = { ...text, kind: 'shape', default: [], maxRank: 2 }

describe('checkParam', () => {
  it.each([
    [rate, 0.5, true],
    [rate, 0, false],
    [rate, 1, false],
    [rate, Number.NaN, false],
    [rate, Number.POSITIVE_INFINITY, false],
    [rate, '0.5', false],
    [shape, [], true],
    [shape, [3, -1], true],
    [shape, [-1, -1], false],
    [shape, [0], false],
    [shape, [1, 2, 3], false],
    [shape, [1.5], false],
    [{ ...text, kind: 'columns', default: [] } as ParamSpec, ['a', ''], false],
    [{ ...text, kind: 'text', default: '', maxLength: 3 } as ParamSpec, 'four', false],
  ])('%#: judges a value by its declaration', (spec, value, accepted) => {
    const problem = checkParam('value', spec, value)
    expect(problem === null).toBe(accepted)
    if (problem) expect(problem).toMatchObject({ code: 'param.invalid', param: 'value', expected: expect.any(String) })
  })

  it('says the range, what was received and how to fix it', () => {
    expect(checkParam('rate', layerOf('dropout').params.rate!, 1)).toEqual({
      code: 'param.invalid',
      message: 'Rate must be a number at least 0 and less than 1, not 1.',
      param: 'rate',
      expected: 'a number at least 0 and less than 1',
      received: '1',
      fix: 'Set rate to a number at least 0 and less than 1; its default is 0.5.',
    })
  })
})

describe('checkParams and effectiveParams', () => {
  const specs = layerOf('dense').params

  it('lists every problem', () => {
    const problems = checkParams(specs, { units: 0, activation: 'rely', toString: 1 })
    expect(problems.map((problem) => [problem.code, problem.param])).toEqual([
      ['param.invalid', 'units'],
      ['param.invalid', 'activation'],
      ['param.unknown', 'toString'],
    ])
    expect(problems[1]?.fix).toBe('Did you mean "relu"?')
  })

  it('falls back to the default where a value is wrong, so that shapes can still be shown', () => {
    expect(effectiveParams(specs, { units: -3, useBias: false })).toMatchObject({ units: 32, useBias: false })
  })

  it('compares lists by value', () => {
    expect(isDefault(shape, [])).toBe(true)
    expect(isDefault(shape, [1])).toBe(false)
  })
})

describe('near matches', () => {
  it('finds typing errors and parts of words', () => {
    expect(nearMatches('learning_rate', ['learningRate', 'momentum'])).toEqual(['learningRate'])
    expect(nearMatches('moment', ['learningRate', 'momentum'])).toEqual(['momentum'])
    expect(nearMatches('xyz', ['learningRate', 'momentum'])).toEqual([])
    expect(suggestion('xyz', ['a'])).toBe('Choose one of "a".')
    expect(suggestion('xyz', [])).toBe('There is nothing to choose from.')
  })
})
