import { describe, expect, it } from 'vitest'
import { activation } from '../../../../engine/layers/core/activation.layer.ts'
import { dense } from '../../../../engine/layers/core/dense.layer.ts'
import { paramFacts, parseDimensions, rangeOf, visibleParams } from '../../../../renderer/ui/param-field.ts'

describe('parameter forms', () => {
  it('read dimensions as people write them', () => {
    expect(parseDimensions('8 x 8 x 1')).toEqual([8, 8, 1])
    expect(parseDimensions('[28, 28]')).toEqual([28, 28])
    expect(parseDimensions('28×28')).toEqual([28, 28])
    expect(parseDimensions('-1')).toEqual([-1])
    expect(parseDimensions('')).toEqual([])
    expect(parseDimensions('8 by 8')).toBeNull()
    expect(parseDimensions('2.5')).toBeNull()
  })

  it('take ranges from the declaration', () => {
    expect(rangeOf(dense.params.units!)).toEqual({ min: 1, max: 65536, integer: true, logarithmic: true })
    expect(rangeOf(dense.params.activation!)).toBeNull()
  })

  it('name the Keras parameter, the range and the default', () => {
    expect(paramFacts(dense.params.units!)).toEqual([
      { label: 'Keras', text: 'units' },
      { label: 'Range', text: 'an integer from 1 to 65536' },
      { label: 'Default', text: '32' },
    ])
  })

  it('show a parameter only where it is of use', () => {
    const names = (params: Record<string, string>) => visibleParams(activation.params, params).map(([name]) => name)
    expect(names({})).toEqual(['activation'])
    expect(names({ activation: 'leaky_relu' })).toEqual(['activation', 'negativeSlope'])
  })
})
