import { LaminaError } from '../../base/errors.ts'
import type { ColumnSettings, CsvOptions, DatasetDescription } from '../../data/dataset.ts'
import { type InferredDataset, inferDataset } from '../../data/infer.ts'
import { columnOf } from '../../data/table.ts'
import { suggestTokens } from '../../data/tokens.ts'
import type { OpenProject } from './projects.ts'

const numericTransforms = ['none', 'standardize', 'min-max', 'robust']
const categoricalTransforms = ['one-hot', 'ordinal']
const numericOnly = ['mean', 'median']
const textMissing = ['constant', 'drop-row', 'error']

/**
 * New settings for the columns of a description. What does not suit a column's type (after it was changed) takes the
 * type's default, and categories are filled in where a column has just become categorical.
 * Throws `data.unknown-column`, `data.text-in-numeric-column`.
 */
export function withColumns(
  project: OpenProject,
  before: DatasetDescription,
  columns: readonly ColumnSettings[],
): DatasetDescription {
  const known = before.columns.map((column) => column.name)
  const given = columns.map((column) => column.name)
  if (known.length !== given.length || known.some((name, index) => given[index] !== name))
    throw new LaminaError({
      code: 'data.unknown-column',
      message: 'The columns are not those of the table.',
      where: before.name,
      expected: known.slice(0, 12).join(', '),
      received: given.slice(0, 12).join(', '),
      fix: 'Change settings of the existing columns, in their order.',
    })
  const next = { ...before, columns: columns.map(suited) }
  const table = project.tables.table(next)
  for (const column of next.columns) {
    const cells = columnOf(table, column.name)
    if (cells.type === 'categorical' && !column.categories?.length) column.categories = [...cells.labels]
    if (cells.type === 'text') {
      column.tokens ??= suggestTokens(cells.texts)
      delete column.categories
    }
  }
  return next
}

function suited(column: ColumnSettings): ColumnSettings {
  const next = { ...column }
  if (next.type === 'numeric') {
    if (!numericTransforms.includes(next.transform)) next.transform = 'standardize'
    delete next.categories
    delete next.tokens
    return next
  }
  if (next.type === 'tensor')
    return { ...next, transform: next.transform === 'none' ? 'none' : 'rescale', missing: 'error' }
  if (next.type === 'text') {
    const missing = textMissing.includes(next.missing) ? next.missing : 'constant'
    return { ...next, transform: 'tokens', missing, fillValue: next.fillValue ?? '' }
  }
  delete next.tokens
  if (next.role === 'target') next.transform = 'ordinal'
  else if (!categoricalTransforms.includes(next.transform)) next.transform = 'one-hot'
  if (numericOnly.includes(next.missing)) next.missing = 'most-frequent'
  return next
}

/** The same bytes under other reading options; roles and transforms of columns that keep their name and type stay. */
export function reread(project: OpenProject, before: DatasetDescription, csv: Partial<CsvOptions>): InferredDataset {
  const options = { ...before.csv, ...csv }
  const bytes = project.tables.bytes(before)
  const companions = project.tables.companions(before)
  const target = before.columns.find((column) => column.role === 'target')?.name
  const read = (wanted: string | undefined) =>
    inferDataset(bytes, before.source.path, {
      csv: options,
      companions,
      name: before.name,
      ...(wanted === undefined ? {} : { target: wanted }),
      ...(before.source.kind === 'file' ? { path: before.source.path } : {}),
    })
  const inferred = read(undefined)
  const result = inferred.description.columns.some((column) => column.name === target) ? read(target) : inferred
  const columns = result.description.columns.map((column) => {
    const old = before.columns.find((item) => item.name === column.name && item.type === column.type)
    return old ? { ...column, role: old.role, transform: old.transform, missing: old.missing } : column
  })
  return { ...result, description: { ...result.description, id: before.id, split: before.split, columns } }
}
