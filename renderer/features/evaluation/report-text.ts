import type { KFoldResult, Report } from '../../../engine/rpc/contract/evaluation.ts'

/** A table as rows of cells, the first being the header. */
export type Cells = readonly (readonly (string | number)[])[]

/** The figures of a report as a table. */
export function reportCells(report: Report): Cells {
  if (report.task === 'regression')
    return [
      ['metric', 'value'],
      ['rows', report.rows],
      ['loss', report.loss],
      ['mae', report.mae],
      ['mse', report.mse],
      ['rmse', report.rmse],
      ['r2', report.r2],
      ...(report.mape === null ? [] : [['mape', report.mape]]),
    ]
  return [
    ['class', 'precision', 'recall', 'f1', 'support'],
    ...report.perClass.map((each) => [each.name, each.precision, each.recall, each.f1, each.support]),
    ...(['macro', 'micro', 'weighted'] as const).map((kind) => [
      `${kind} average`,
      report[kind].precision,
      report[kind].recall,
      report[kind].f1,
      report.rows,
    ]),
  ]
}

/** Every fold of a cross-validation as a table, then mean and standard deviation. */
export function foldCells(result: KFoldResult): Cells {
  const names = Object.keys(result.metrics)
  const count = Math.max(0, ...names.map((name) => result.metrics[name]?.folds.length ?? 0))
  return [
    ['fold', ...names],
    ...Array.from({ length: count }, (_, fold) => [
      fold + 1,
      ...names.map((name) => result.metrics[name]?.folds[fold] ?? ''),
    ]),
    ['mean', ...names.map((name) => result.metrics[name]?.mean ?? '')],
    ['sd', ...names.map((name) => result.metrics[name]?.sd ?? '')],
  ]
}

/** Comma-separated text; cells with commas or quotes are quoted. */
export function toCsv(cells: Cells): string {
  const quote = (cell: string | number) => {
    const text = String(cell)
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `${cells.map((row) => row.map(quote).join(',')).join('\n')}\n`
}

/** A Markdown table. */
export function toMarkdown(cells: Cells): string {
  const [header, ...rows] = cells
  if (!header) return ''
  const line = (row: readonly (string | number)[]) =>
    `| ${row.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return `${[line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}
