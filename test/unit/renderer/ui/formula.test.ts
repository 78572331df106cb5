import { describe, expect, it } from 'vitest'
import { layers } from '../../../../engine/layers/registry.ts'
import { parseFormula } from '../../../../renderer/ui/formula.ts'

const textOf = (source: string) =>
  parseFormula(source)
    .map((part) => part.text)
    .join('')

describe('formulas in help texts', () => {
  it('tell plain text from formulas', () => {
    expect(parseFormula('Adds $b$ to it.')).toEqual([
      { text: 'Adds ', style: 'plain' },
      { text: 'b', style: 'math' },
      { text: ' to it.', style: 'plain' },
    ])
  })

  it('set subscripts and superscripts, in braces or not', () => {
    expect(parseFormula('$x_i^{-2}$')).toEqual([
      { text: 'x', style: 'math' },
      { text: 'i', style: 'sub' },
      { text: '−2', style: 'sup' },
    ])
  })

  it('write commands as the signs they stand for', () => {
    expect(textOf('$\\alpha \\cdot x \\ge 0$')).toBe('α · x ≥ 0')
    expect(textOf('$\\tanh x$')).toBe('tanh x')
  })

  it('write fractions and roots on one line, with brackets where they are needed', () => {
    expect(textOf('$\\frac{a}{b + c}$')).toBe('a / (b + c)')
    expect(textOf('$\\sqrt{v + \\epsilon}$')).toBe('√(v + ε)')
    expect(textOf('$\\sqrt{\\sigma^2 + \\epsilon}$')).toBe('√(σ² + ε)')
  })

  it('leave an unpaired dollar sign alone', () => {
    expect(textOf('It costs $5.')).toBe('It costs $5.')
  })

  it('leave no TeX behind in the help of any layer or parameter', () => {
    const helps = layers.flatMap((layer) => [layer.help, ...Object.values(layer.params).map((spec) => spec.help)])
    expect(helps.length).toBeGreaterThan(20)
    for (const help of helps) expect(textOf(help)).not.toMatch(/[\\{}$^]/)
  })
})
