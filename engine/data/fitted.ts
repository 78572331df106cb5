import type { ColumnSettings, FittedColumn } from './dataset.ts'
import { dataError, quoteCell, someOf } from './errors.ts'

/** What fitted columns remember of a column's settings. */
export function policyOf(settings: ColumnSettings): { missing: string } {
  return { missing: settings.missing }
}

export function allMissing(column: string): Error {
  return dataError('all-missing', `${quoteCell(column)} has no value in any training row.`, {
    where: `column ${quoteCell(column)}`,
    expected: 'at least one value among the training rows',
    received: 'only missing cells',
    fix: 'Set the role of the column to ignore.',
  })
}

/** The fitted column of that name. Throws `data.missing-column`. */
export function fittedOf(columns: readonly FittedColumn[], name: string): FittedColumn {
  const found = columns.find((column) => column.name === name)
  if (found) return found
  throw dataError('missing-column', `${quoteCell(name)} is no column of this preprocessing.`, {
    where: 'preprocessing',
    expected: someOf(
      columns.map((column) => quoteCell(column.name)),
      12,
    ),
    received: quoteCell(name),
    fix: 'Choose a column whose role fits.',
  })
}

export function typeMismatch(fitted: FittedColumn, received: string): Error {
  return dataError('type-mismatch', `${quoteCell(fitted.name)} was ${fitted.type} when the preprocessing was fitted.`, {
    where: `column ${quoteCell(fitted.name)}`,
    expected: `a ${fitted.type} column`,
    received: `a ${received} column`,
    fix: "Use the run's own data description, or train again.",
  })
}
