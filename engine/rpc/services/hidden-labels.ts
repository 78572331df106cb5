import { Random, Stream } from '../../base/rng.ts'
import { inferDataset } from '../../data/infer.ts'
import { splitRows } from '../../data/split.ts'
import { cellsToCsv, cellText, codesOf, columnOf } from '../../data/table.ts'
import { PART, type TemplateData } from '../../templates/template.ts'
import type { TemplateFile } from './template-data.ts'

/** A table of which only a few training rows a class keep their label, with a column for the part of each row. */
export function withHiddenLabels({ name, bytes }: TemplateFile, data: TemplateData): TemplateFile {
  if (!data.hideLabels) return { name, bytes }
  const { perClass, seed } = data.hideLabels
  const { table, description } = inferDataset(bytes, name, { target: data.target })
  const codes = codesOf(table, data.target) ?? new Int32Array(table.rowCount)
  const split = splitRows({ ...description.split, ...data.split }, table.rowCount, codes)
  const part = new Array<string>(table.rowCount).fill('train')
  for (const each of ['validation', 'test'] as const) for (const row of split[each]) part[row] = each
  const kept = new Map<number, number>()
  const hidden = new Set<number>()
  for (const row of new Random(seed, Stream.generatedData).shuffle(split.train.slice())) {
    const label = codes[row] as number
    const before = kept.get(label) ?? 0
    if (before >= perClass) hidden.add(row)
    else kept.set(label, before + 1)
  }
  const names = table.columns.map((column) => column.name)
  const text = cellsToCsv([...names, PART], table.rowCount, (column, row) => {
    const of = names[column]
    if (of === undefined) return part[row] as string
    return of === data.target && hidden.has(row) ? '' : (cellText(columnOf(table, of), row) ?? '')
  })
  return { name: `${name.replace(/\.csv(\.gz)?$/, '')}-few-labels.csv`, bytes: new TextEncoder().encode(text) }
}
