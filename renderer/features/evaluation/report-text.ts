import type {
  KFoldResult,
  PerClass,
  ReconstructionReport,
  Report,
  SeveralReports,
} from '../../../engine/rpc/contract/evaluation.ts'
import { formatCount, formatNumber, formatPercent } from '../../services/format.ts'
import { metricName } from '../../services/metric-names.ts'

/** A table as rows of cells, the first being the header. */
export type Cells = readonly (readonly (string | number)[])[]

/** `total`: the loss is that of this report, not of several together. */
interface ReportOptions {
  total: boolean
}

/** The figures of a report as a table. */
export function reportCells(report: Report, { total }: ReportOptions = { total: true }): Cells {
  if (report.task === 'generation')
    return [
      ['Metric', 'Value'],
      ['Rows', report.rows],
      [metricName('discriminator_loss'), report.discriminatorLoss],
      [metricName('generator_loss'), report.generatorLoss],
      [metricName('real_accuracy'), report.realAccuracy],
      [metricName('generated_accuracy'), report.generatedAccuracy],
      ...(report.meanDistance === null ? [] : [[metricName('mean_distance'), report.meanDistance]]),
      ...(report.deviationDistance === null ? [] : [[metricName('deviation_distance'), report.deviationDistance]]),
    ]
  if (report.task === 'reconstruction')
    return [
      ['Errors of', 'Rows', 'Mean', 'Min', 'Median', 'Max'],
      ...report.distributions.map((each) => [each.name, each.rows, each.mean, each.min, each.median, each.max]),
    ]
  if (report.task === 'regression')
    return [
      ['Metric', 'Value'],
      ['Rows', report.rows],
      ...(total ? [[metricName('loss'), report.loss]] : []),
      [metricName('mae'), report.mae],
      [metricName('mse'), report.mse],
      [metricName('rmse'), report.rmse],
      [metricName('r2'), report.r2],
      ...(report.mape === null ? [] : [[metricName('mape'), report.mape]]),
    ]
  return [
    ...classCells(report.perClass),
    ...(['macro', 'micro', 'weighted'] as const).map((kind) => [
      `${kind.charAt(0).toUpperCase()}${kind.slice(1)} average`,
      report[kind].precision,
      report[kind].recall,
      report[kind].f1,
      report.rows,
    ]),
  ]
}

/** The scores of several reports side by side, those over all of them first. */
export function overviewCells({ reports, scores }: SeveralReports): Cells {
  const names = ['all', ...reports.map(({ name }) => name)]
  const scoreOf = (name: string, score: string) => scores[name === 'all' ? score : `${name}/${score}`]
  const kinds = Object.keys(scores).map((key) => key.slice(key.lastIndexOf('/') + 1))
  return [
    ['', ...names],
    ...[...new Set(kinds)].map((score) => [metricName(score), ...names.map((name) => scoreOf(name, score) ?? '')]),
  ]
}

/** How an autoencoder does on each label that it has not seen, as a table. */
export function labelCells({ labels }: ReconstructionReport): Cells {
  return [
    ['Label', 'Rows', 'Mean error', 'Share above threshold'],
    ...labels.map((each) => [each.label, each.rows, each.mean, each.flagged ?? '']),
  ]
}

/** The rows that an autoencoder gives back worst, counted from 1 as in the table. */
export function worstCells({ worst }: ReconstructionReport): Cells {
  return [['Row', 'Error', 'Label'], ...worst.map((each) => [each.row + 1, each.error, each.label ?? ''])]
}

/** Headline figures of a report. */
export function figuresOf(
  report: Report,
  { total }: ReportOptions = { total: true },
): { id: string; label: string; text: string }[] {
  const number = (id: string, label: string, value: number) => ({ id, label, text: formatNumber(value) })
  const rows = { id: 'rows', label: 'Rows', text: formatCount(report.rows) }
  const common = total ? [number('loss', 'Loss', report.loss), rows] : [rows]
  if (report.task === 'regression')
    return [
      number('r2', 'R²', report.r2),
      number('rmse', 'RMSE', report.rmse),
      number('mae', 'MAE', report.mae),
      ...common,
    ]
  if (report.task === 'classification')
    return [
      { id: 'accuracy', label: 'Accuracy', text: formatPercent(report.accuracy) },
      number('macro-f1', 'Macro F1', report.macro.f1),
      number('log-loss', 'Log loss', report.logLoss),
      ...common,
    ]
  if (report.task === 'generation')
    return [
      { id: 'real-accuracy', label: 'Right about real', text: formatPercent(report.realAccuracy) },
      { id: 'generated-accuracy', label: 'Right about generated', text: formatPercent(report.generatedAccuracy) },
      ...(report.meanDistance === null ? [] : [number('mean-distance', 'Distance of means', report.meanDistance)]),
      // The loss is the sum of two that work against each other; either stands in the table.
      ...common.filter(({ id }) => id !== 'loss'),
    ]
  const { auroc, threshold, detected, falseAlarms } = report
  const optional = (id: string, label: string, text: string | null) => (text === null ? [] : [{ id, label, text }])
  return [
    ...optional('auroc', 'AUROC', auroc === null ? null : formatNumber(auroc)),
    number('mse', 'Mean error', report.mse),
    ...optional('threshold', 'Threshold', threshold === null ? null : formatNumber(threshold)),
    ...optional('detected', 'Anomalies found', detected === null ? null : formatPercent(detected)),
    ...optional('false-alarms', 'False alarms', falseAlarms === null ? null : formatPercent(falseAlarms)),
    ...common,
  ]
}

/** Scores of each class over all folds of a cross-validation as a table. */
export function classCells(perClass: readonly PerClass[]): Cells {
  return [
    ['Class', 'Precision', 'Recall', 'F1', 'Support'],
    ...perClass.map((each) => [each.name, each.precision, each.recall, each.f1, each.support]),
  ]
}

/** Every fold of a cross-validation as a table, then mean and standard deviation. */
export function foldCells(result: KFoldResult): Cells {
  const names = Object.keys(result.metrics)
  const count = Math.max(0, ...names.map((name) => result.metrics[name]?.folds.length ?? 0))
  return [
    ['Fold', ...names.map(metricName)],
    ...Array.from({ length: count }, (_, fold) => [
      fold + 1,
      ...names.map((name) => result.metrics[name]?.folds[fold] ?? ''),
    ]),
    ['Mean', ...names.map((name) => result.metrics[name]?.mean ?? '')],
    ['SD', ...names.map((name) => result.metrics[name]?.sd ?? '')],
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
