import { describe, expect, it } from 'vitest'
import { clampSize, sizeAfterKey } from '../../../../renderer/ui/split.ts'
import { fittingColumns, nextSort, sortRows, type TableColumn } from '../../../../renderer/ui/table.ts'

interface Row {
  name: string
  loss: number | null
}
const columns: TableColumn<Row>[] = [
  { id: 'name', label: 'Name', sort: (row) => row.name },
  { id: 'loss', label: 'Loss', sort: (row) => row.loss },
]
const rows: Row[] = [
  { name: 'run 10', loss: 0.5 },
  { name: 'run 9', loss: null },
  { name: 'run 1', loss: 0.25 },
]
const names = (sorted: readonly Row[]) => sorted.map((row) => row.name)

describe('tables', () => {
  it('sort text with its numbers by value', () => {
    expect(names(sortRows(rows, columns, { column: 'name', direction: 'ascending' }))).toEqual([
      'run 1',
      'run 9',
      'run 10',
    ])
  })

  it('put missing values last in both directions', () => {
    expect(names(sortRows(rows, columns, { column: 'loss', direction: 'ascending' })).at(-1)).toBe('run 9')
    expect(names(sortRows(rows, columns, { column: 'loss', direction: 'descending' }))).toEqual([
      'run 10',
      'run 1',
      'run 9',
    ])
  })

  it('keep the order of the rows without a sort, and do not touch them', () => {
    expect(sortRows(rows, columns, null)).toBe(rows)
    sortRows(rows, columns, { column: 'loss', direction: 'ascending' })
    expect(names(rows)).toEqual(['run 10', 'run 9', 'run 1'])
  })

  it('leave out the columns that yield, one after the other, until the rest fits', () => {
    const layout = [
      { id: 'name', label: 'Name', width: 'minmax(120px, 2fr)' },
      { id: 'seed', label: 'Seed', width: '60px', yields: 1 },
      { id: 'loss', label: 'Loss', width: '100px' },
      { id: 'tags', label: 'Tags', yields: 0 },
    ]
    const shown = (width: number) => fittingColumns(layout, width).map(({ id }) => id)
    expect(shown(360)).toEqual(['name', 'seed', 'loss', 'tags'])
    expect(shown(359)).toEqual(['name', 'seed', 'loss'])
    expect(shown(279)).toEqual(['name', 'loss'])
    expect(shown(10)).toEqual(['name', 'loss'])
    expect(shown(0)).toHaveLength(4)
  })

  it('go from ascending to descending to unsorted', () => {
    const first = nextSort(null, 'loss')
    const second = nextSort(first, 'loss')
    expect([first?.direction, second?.direction, nextSort(second, 'loss')]).toEqual(['ascending', 'descending', null])
    expect(nextSort(second, 'name')).toEqual({ column: 'name', direction: 'ascending' })
  })
})

describe('split panels', () => {
  it('stay within their limits and leave the other side its room', () => {
    expect(clampSize(50, { min: 100, max: 400 })).toBe(100)
    expect(clampSize(900, { min: 100, max: 400 })).toBe(400)
    expect(clampSize(390, { min: 100, max: 400 }, 600, 300)).toBe(300)
  })

  it('grow towards the other side by arrow keys', () => {
    const limits = { min: 100, max: 400 }
    expect(sizeAfterKey('ArrowRight', 200, limits, 'start')).toBe(216)
    expect(sizeAfterKey('ArrowRight', 200, limits, 'end')).toBe(184)
    expect(sizeAfterKey('End', 200, limits, 'end')).toBe(400)
    expect(sizeAfterKey('a', 200, limits, 'end')).toBeNull()
  })
})
