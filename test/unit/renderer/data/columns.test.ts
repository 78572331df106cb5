import { describe, expect, it } from 'vitest'
import type { ColumnSettings } from '../../../../engine/data/dataset.ts'
import { changeColumn, moveItem, transformOptions } from '../../../../renderer/features/data/columns.ts'

const age: ColumnSettings = { name: 'age', type: 'numeric', role: 'feature', transform: 'standardize', missing: 'mean' }

describe('changing a column', () => {
  it('brings a fitting transform and missing policy with another type', () => {
    const [changed] = changeColumn([age], 'age', { type: 'categorical' })
    expect(changed).toMatchObject({ type: 'categorical', transform: 'one-hot', missing: 'most-frequent' })
  })
  it('makes a categorical target a class index', () => {
    const colour: ColumnSettings = {
      name: 'colour',
      type: 'categorical',
      role: 'feature',
      transform: 'one-hot',
      missing: 'drop-row',
      categories: ['r', 'g'],
    }
    const [changed] = changeColumn([colour], 'colour', { role: 'target' })
    expect(changed).toMatchObject({ role: 'target', transform: 'ordinal', missing: 'drop-row' })
    expect(transformOptions(changed!).map((option) => option.label)).toEqual(['class index'])
  })
  it('leaves other columns as they are', () => {
    const other = { ...age, name: 'height' }
    expect(changeColumn([age, other], 'age', { role: 'ignore' })[1]).toBe(other)
  })
})

describe('ordering categories', () => {
  it('moves one and keeps the rest in order', () => {
    expect(moveItem(['low', 'high', 'mid'], 2, 1)).toEqual(['low', 'mid', 'high'])
    expect(moveItem(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
  })
})
