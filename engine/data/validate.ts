import { type ErrorDetails, LaminaError } from '../base/errors.ts'
import type { ColumnSettings, DatasetDescription, Table } from './dataset.ts'
import { quoteCell, someOf } from './errors.ts'
import { columnOf, isMissingCell } from './table.ts'

/** What stands in the way of training on a data set (`error`), or should be known (`warning`). */
export interface DataProblem extends ErrorDetails {
  severity: 'error' | 'warning'
}

/**
 * Checks roles and targets: `data.missing-target`, `data.no-features`, `data.all-missing`, `data.one-class-target`,
 * `data.class-too-small`, `data.target-type`. Everything that is wrong is listed, errors first. With `targets: 'optional'`, for networks that
 * learn without one, a missing target is a warning.
 */
export function validateDataset(
  description: DatasetDescription,
  table: Table,
  { targets: wanted = 'required' }: { targets?: 'required' | 'optional' } = {},
): DataProblem[] {
  const targets = description.columns.filter((column) => column.role === 'target')
  const features = description.columns.filter((column) => column.role === 'feature')
  const problems: DataProblem[] = []
  if (targets.length === 0)
    problems.push({
      severity: wanted === 'required' ? 'error' : 'warning',
      code: 'data.missing-target',
      message: 'No column is the target.',
      where: description.name,
      expected: 'one column with the role target',
      received: `the columns ${someOf(description.columns.map((column) => quoteCell(column.name)))}`,
      fix: 'Choose the column to predict and give it the role target; an autoencoder needs none.',
    })
  if (features.length === 0)
    problems.push({
      severity: 'error',
      code: 'data.no-features',
      message: 'No column is a feature.',
      where: description.name,
      expected: 'at least one column with the role feature',
      received: 'none',
      fix: 'Give the columns to learn from the role feature.',
    })
  for (const column of [...features, ...targets]) {
    const { present, counts } = count(table, column)
    if (present === 0) problems.push(allMissing(column))
    else if (column.role === 'target' && (column.type === 'tensor' || column.type === 'text'))
      problems.push(targetType(column))
    else if (column.role === 'target' && counts) problems.push(...checkClasses(description, column, counts))
  }
  return problems.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
}

/** Throws the first error of `validateDataset`. */
export function assertDataset(
  description: DatasetDescription,
  table: Table,
  options: Parameters<typeof validateDataset>[2] = {},
): void {
  const first = validateDataset(description, table, options).find((problem) => problem.severity === 'error')
  if (!first) return
  const { severity: _, ...details } = first
  throw new LaminaError(details)
}

function count(table: Table, settings: ColumnSettings): { present: number; counts?: Map<string, number> } {
  const column = columnOf(table, settings.name)
  if (column.type !== 'categorical') {
    let present = 0
    for (let row = 0; row < table.rowCount; row += 1) if (!isMissingCell(column, row)) present += 1
    return { present }
  }
  const counts = new Map<string, number>()
  for (const code of column.codes) {
    const label = column.labels[code]
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  return { present: column.codes.filter((code) => code >= 0).length, counts }
}

function allMissing(column: ColumnSettings): DataProblem {
  return {
    severity: 'error',
    code: 'data.all-missing',
    message: `${quoteCell(column.name)} has no value in any row.`,
    where: `column ${quoteCell(column.name)}`,
    expected: 'at least one value',
    received: 'only missing cells',
    fix: 'Set the role of the column to ignore.',
  }
}

function targetType(column: ColumnSettings): DataProblem {
  return {
    severity: 'error',
    code: 'data.target-type',
    message: `The target ${quoteCell(column.name)} holds ${column.type === 'text' ? 'running text' : 'arrays'}.`,
    where: `column ${quoteCell(column.name)}`,
    expected: 'numbers or classes as target',
    received: `a ${column.type} column`,
    fix: 'Choose another target.',
  }
}

function checkClasses(
  description: DatasetDescription,
  column: ColumnSettings,
  counts: ReadonlyMap<string, number>,
): DataProblem[] {
  if (counts.size === 1)
    return [
      {
        severity: 'error',
        code: 'data.one-class-target',
        message: `Every row has the same class in the target ${quoteCell(column.name)}.`,
        where: `column ${quoteCell(column.name)}`,
        expected: 'at least 2 classes',
        received: `only ${quoteCell([...counts.keys()][0]!)}`,
        fix: 'Add rows of another class, or choose another target.',
      },
    ]
  const single = [...counts].filter(([, rows]) => rows === 1).map(([label]) => quoteCell(label))
  const { stratify, shuffle, test, validation } = description.split
  const isStratified = stratify && shuffle && test + validation > 0
  if (single.length === 0) return []
  return [
    {
      severity: isStratified ? 'error' : 'warning',
      code: 'data.class-too-small',
      message: `${single.length === 1 ? 'A class has' : `${single.length} classes have`} a single row.`,
      where: `column ${quoteCell(column.name)}`,
      expected: 'at least 2 rows of every class',
      received: `1 row of ${someOf(single)}`,
      fix: 'Switch stratify off, remove the row, or merge the class with another.',
    },
  ]
}
