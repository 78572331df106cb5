import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../../../engine/rpc/contract/training.ts'
import {
  distinctNames,
  filterRuns,
  metricColumns,
  parseTags,
  runColumns,
} from '../../../../renderer/features/runs/run-table.ts'
import { fittingColumns, sortRows } from '../../../../renderer/ui/table.ts'

const run = (number: number, part: Partial<RunSummary> = {}) =>
  ({
    id: `run_${number}`,
    number,
    name: `Run ${number}`,
    modelName: 'mlp',
    status: 'completed',
    tags: [],
    notes: '',
    metrics: {},
    ...part,
  }) as RunSummary

describe('the table of runs', () => {
  it('prefers validation figures, loss first, at most four', () => {
    const metrics = { loss: 1, accuracy: 1, validation_accuracy: 1, validation_loss: 1 }
    expect(metricColumns([run(1, { metrics })])).toEqual(['validation_loss', 'validation_accuracy'])
    expect(metricColumns([run(1, { metrics: { accuracy: 1, loss: 1 } })])).toEqual(['loss', 'accuracy'])
    expect(metricColumns([run(1, { metrics: { a: 1, b: 1, c: 1, d: 1, loss: 1 } })])).toEqual(['loss', 'a', 'b', 'c'])
  })
  it('fits a window of 1100 pixels without scrolling sideways', () => {
    const metrics = { validation_a: 1, validation_b: 1, validation_c: 1, validation_loss: 1 }
    const shown = fittingColumns(runColumns([run(1, { metrics })]), 1040).map(({ id }) => id)
    expect(shown).toEqual(
      expect.arrayContaining(['number', 'name', 'model', 'status', 'epochs', 'validation_loss', 'time']),
    )
    expect(shown).not.toContain('tags')
  })
  it('tells the figures of a GAN apart, with room for each heading', () => {
    const names = ['loss', 'discriminator_loss', 'generator_loss', 'real_accuracy', 'generated_accuracy']
    const metrics = Object.fromEntries(names.flatMap((name) => [[name, 1], [`validation_${name}`, 1]])) // biome-ignore format: pairs
    const columns = runColumns([run(1, { metrics })]).filter(({ id }) => id.startsWith('validation_'))
    expect(columns.map(({ label }) => label)).toEqual([
      'Val. loss',
      'Val. D loss',
      'Val. acc. generated',
      'Val. G loss',
    ])
    for (const { label, width } of columns) expect(Number.parseInt(width!, 10)).toBeGreaterThan(6.5 * label.length + 16)
  })
  it('sorts by a metric with runs that lack it last', () => {
    const runs = [run(1, { metrics: { loss: 3 } }), run(2), run(3, { metrics: { loss: 1 } })]
    const sort = (direction: 'ascending' | 'descending') =>
      sortRows(runs, runColumns(runs), { column: 'loss', direction }).map(({ number }) => number)
    expect(sort('ascending')).toEqual([3, 1, 2])
    expect(sort('descending')).toEqual([1, 3, 2])
  })
  it('finds runs by every word, in any field', () => {
    const runs = [run(1, { tags: ['wide'] }), run(2, { notes: 'Wide and slow' }), run(3, { status: 'failed' })]
    const found = (query: string) => filterRuns(runs, query).map(({ number }) => number)
    expect(found('wide')).toEqual([1, 2])
    expect(found('WIDE slow')).toEqual([2])
    expect(found('#3 failed')).toEqual([3])
    expect(found(' ')).toEqual([1, 2, 3])
  })
  it('reads tags as typed', () => {
    expect(parseTags(' wide, slow ,,wide')).toEqual(['wide', 'slow'])
  })
  it('tells runs of one name apart', () => {
    expect(distinctNames([run(1, { name: 'a' }), run(2, { name: 'b' }), run(3, { name: 'a' })])).toEqual([
      'a (#1)',
      'b',
      'a (#3)',
    ])
  })
})
