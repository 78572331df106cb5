import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDataFile } from '../../../engine/data/files.ts'
import { inferDataset, loadTable } from '../../../engine/data/infer.ts'
import { sampleDatasets } from '../../../engine/data/samples.ts'
import { splitRows } from '../../../engine/data/split.ts'
import { codesOf } from '../../../engine/data/table.ts'
import { validateDataset } from '../../../engine/data/validate.ts'

describe('the tables that come with the studio', () => {
  it.each(sampleDatasets)('$id is read as its index says and is ready to train', (sample) => {
    const bytes = readDataFile(join(import.meta.dirname, '../../../resources/datasets', sample.file))
    const { description, table } = inferDataset(bytes, sample.file)
    expect(table.rowCount).toBe(sample.rows)
    expect(table.columns.length).toBe(sample.columns)
    const target = description.columns.filter((column) => column.role === 'target')
    expect(target.map((column) => column.name)).toEqual([sample.target])
    expect(target[0]!.type).toBe(sample.task === 'classification' ? 'categorical' : 'numeric')
    expect(description.columns.filter((column) => column.role === 'feature').length).toBe(sample.columns - 1)
    expect(validateDataset(description, table).filter((problem) => problem.severity === 'error')).toEqual([])
    expect(loadTable(bytes, description)).toEqual(table)
    const split = splitRows(description.split, table.rowCount, codesOf(table, sample.target))
    expect(split.train.length + split.validation.length + split.test.length).toBe(sample.rows)
  })
})
