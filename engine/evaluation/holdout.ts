import { LaminaError } from '../base/errors.ts'
import type { Table } from '../data/dataset.ts'
import { encodeTarget, inverseTarget } from '../data/preprocess.ts'
import type { DataSlot, NativeAddon } from '../native/program.ts'
import { meansOf } from '../training/history.ts'
import { bindSlots } from '../training/prepare.ts'
import type { TrainedModel } from '../training/trainer.ts'
import { ModelSession } from '../training/trainer-session.ts'
import { type ClassificationReport, classificationReport } from './classification-report.ts'
import { type GenerationReport, generationReport } from './generation-report.ts'
import { targetsOf } from './predict.ts'
import { imitationOf, maskOfRows, reconstructionOf, rowErrors } from './reconstruction.ts'
import { type ReconstructionReport, reconstructionReport } from './reconstruction-report.ts'
import { type RegressionReport, regressionReport } from './regression-report.ts'
import { labelScores, numberScores, unitOf } from './several-targets.ts'

/** One an Output; of an Output that predicts several target columns, one a column. */
export interface OutputReport {
  output: string
  target: string
  report: OutputScores
}

export type OutputScores = ClassificationReport | RegressionReport | ReconstructionReport | GenerationReport

export interface EvaluationReport {
  samples: number
  /** What training minimises, measured on these rows. */
  loss: number
  outputs: OutputReport[]
  /**
   * `loss` and every score under its name (`accuracy`, `f1`, `r2`, ...); with several Outputs `<output>/<name>`. Of an Output that predicts several
   * columns the scores over all of them, then those of each as `<column>/<name>`.
   */
  metrics: Record<string, number>
}

export interface EvaluateOptions {
  threads?: number
  /** Parts that an autoencoder's errors are compared with, by name; the threshold for anomalies is taken from the last that has rows. */
  references?: readonly { name: string; rows: Int32Array }[]
  /** Labels of the target column that count as anomalies. */
  anomalies?: readonly string[]
}

/** Measures a trained model on rows of a table that holds the targets. Regression errors are in source units. Throws `evaluation.no-rows`, `data.*`. */
export async function evaluateRows(
  native: NativeAddon,
  model: TrainedModel,
  table: Table,
  rows: Int32Array,
  options: EvaluateOptions = {},
): Promise<EvaluationReport> {
  const { compiled, fitted } = model
  if (rows.length === 0)
    throw new LaminaError({
      code: 'evaluation.no-rows',
      message: 'There are no rows to evaluate on.',
      where: 'data.split',
      expected: 'at least one row with a target in this part of the split',
      received: '0 rows',
      fix: 'Choose another part of the split, or give this part a fraction above 0.',
    })
  const session = new ModelSession(native, compiled, { threads: options.threads ?? 1, seed: 0 })
  try {
    const slots = bindSlots(compiled.slots, table, fitted)
    session.bind(slots)
    session.load(model.persistent)
    const sums = await session.evaluate(rows)
    const predictions = await session.predict(rows)
    const references = model.objectives.some(({ reconstruction }) => reconstruction)
      ? await predictReferences(session, options.references ?? [])
      : []
    const measures = meansOf(compiled.accumulators, sums ?? [], rows.length)
    const loss = measures.loss as number
    const groups = compiled.outputs.map(({ name, node, rowShape }, index): OutputGroup => {
      const single = (target: string, report: OutputScores): OutputGroup => ({
        output: name,
        reports: [{ output: name, target, report }],
        overall: scoreNames(report),
      })
      const imitation = imitationOf(model, node)
      if (imitation) {
        const slot = imitation.binding && slots[imitation.binding.slot]
        const report = generationReport({
          generated: predictions[index] as Float32Array,
          real: slot ? rowsOfSlot(slot, rows) : null,
          shape: rowShape,
          measures,
        })
        return single('', report)
      }
      const reconstruction = reconstructionOf(model, node)
      if (reconstruction) {
        const slot = slots[reconstruction.binding.slot] as DataSlot
        const errors = rowErrors(predictions[index] as Float32Array, slot, rows, maskOfRows(model, node, predictions))
        const report = reconstructionReport({
          ...errors,
          rows,
          quantile: reconstruction.quantile,
          references: references.map((part) => ({
            name: part.name,
            errors: rowErrors(
              part.predictions[index] as Float32Array,
              slot,
              part.rows,
              maskOfRows(model, node, part.predictions),
            ).squared,
            same: part.rows.length === rows.length && part.rows.every((row, at) => row === rows[at]),
          })),
          ...labelsOf(model, table, rows, options.anomalies ?? []),
        })
        return single('', report)
      }
      const width = rowShape.reduce((product, size) => product * size, 1)
      const predicted = predictions[index] as Float32Array
      const columns = targetsOf(model, node).map((column) => column.name)
      if (columns.length < 2) {
        const target = columns[0] ?? ''
        return single(target, outputReport(model, table, rows, target, predicted, width))
      }
      const reports = columns.map((target, unit): OutputReport => {
        const report = outputReport(model, table, rows, target, unitOf(predicted, width, unit), 1)
        return { output: name, target, report }
      })
      return {
        output: name,
        reports,
        overall: overallScores(reports, rightRows(model, table, rows, columns, predicted)),
      }
    })
    const outputs = groups.flatMap(({ reports }) => reports)
    return { samples: rows.length, loss, outputs, metrics: { loss, ...namedScores(groups) } }
  } finally {
    session.dispose()
  }
}

async function predictReferences(session: ModelSession, references: NonNullable<EvaluateOptions['references']>) {
  const predicted: { name: string; rows: Int32Array; predictions: Float32Array[] }[] = []
  for (const { name, rows } of references)
    if (rows.length > 0) predicted.push({ name, rows, predictions: await session.predict(rows) })
  return predicted
}

/** Rows of a slot one after the other, as numbers. */
function rowsOfSlot({ data, rowSize, scale = 1, shift = 0 }: DataSlot, rows: Int32Array): Float32Array {
  const bytes = data instanceof Uint8Array
  return Float32Array.from({ length: rows.length * rowSize }, (_, at) => {
    const value = data[(rows[Math.floor(at / rowSize)] as number) * rowSize + (at % rowSize)] as number
    return bytes ? value * scale + shift : value
  })
}

/** Labels of rows by the first target column, where it has classes: what an autoencoder is judged by, not what it learns from. */
function labelsOf({ fitted }: TrainedModel, table: Table, rows: Int32Array, held: readonly string[]) {
  const column = fitted.targets[0]
  if (column?.type !== 'categorical') return { anomalies: [] }
  const { data, classes: names = [] } = encodeTarget(table, fitted, column.name)
  const codes = Array.from(rows, (row) => (Number.isNaN(data[row]) ? -1 : (data[row] as number)))
  const anomalies = held.length > 0 ? held : names.length === 2 ? [names[1] as string] : []
  return { anomalies, labels: { names, codes } }
}

function outputReport(
  { fitted }: TrainedModel,
  table: Table,
  rows: Int32Array,
  column: string,
  output: Float32Array,
  width: number,
): ClassificationReport | RegressionReport {
  const target = encodeTarget(table, fitted, column)
  if (target.kind === 'numeric') {
    const actual = inverseTarget(
      target,
      Float64Array.from(rows, (row) => target.data[row] as number),
    )
    return regressionReport(actual, inverseTarget(target, output))
  }
  const actual = Int32Array.from(rows, (row) => target.data[row] as number)
  return classificationReport(target.classes ?? [], actual, output, width)
}

/** The reports of one Output, and its scores over all its columns. */
interface OutputGroup {
  output: string
  reports: OutputReport[]
  overall: Record<string, number | null>
}

function overallScores(reports: readonly OutputReport[], right: number): Record<string, number | null> {
  const each = reports.map(({ report }) => report)
  const classes = each.filter((report) => report.kind === 'classification')
  return classes.length > 0
    ? labelScores(classes, right)
    : numberScores(each.filter(({ kind }) => kind === 'regression') as RegressionReport[])
}

/** Rows of which each label is predicted right. */
function rightRows(
  { fitted }: TrainedModel,
  table: Table,
  rows: Int32Array,
  columns: readonly string[],
  output: Float32Array,
): number {
  const targets = columns.map((column) => encodeTarget(table, fitted, column).data)
  const isRight = (row: number, place: number) =>
    targets.every((data, unit) => data[row] === ((output[place * columns.length + unit] as number) > 0.5 ? 1 : 0))
  return rows.reduce((count, row, place) => (isRight(row, place) ? count + 1 : count), 0)
}

/** Scores by name: `precision`, `recall` and `f1` are of the positive class when there are two classes, else macro averages. */
export function scoreNames(report: OutputScores): Record<string, number | null> {
  if (report.kind === 'generation')
    return {
      discriminator_loss: report.discriminatorLoss,
      generator_loss: report.generatorLoss,
      real_accuracy: report.realAccuracy,
      generated_accuracy: report.generatedAccuracy,
      mean_distance: report.meanDistance,
      deviation_distance: report.deviationDistance,
    }
  if (report.kind === 'reconstruction')
    return { mse: report.mse, rmse: report.rmse, mae: report.mae, auroc: report.auroc }
  if (report.kind === 'regression') {
    const { mae, mse, rmse, r2, mape } = report
    return { mae, mse, rmse, r2, mape }
  }
  const { accuracy, logLoss, auroc, prAuc, macro, weighted } = report
  const { precision, recall, f1 } = report.binary ?? macro
  return {
    accuracy,
    precision,
    recall,
    f1,
    f1_macro: macro.f1,
    f1_weighted: weighted.f1,
    log_loss: logLoss,
    auroc,
    pr_auc: prAuc,
  }
}

/** Names of scores of which less is better; of all others more is. */
export const lowerIsBetter: ReadonlySet<string> = new Set([
  'loss',
  'mae',
  'mse',
  'rmse',
  'mape',
  'log_loss',
  'discriminator_loss',
  'generator_loss',
  'mean_distance',
  'deviation_distance',
])

function namedScores(groups: readonly OutputGroup[]): Record<string, number> {
  const scores: Record<string, number> = {}
  const add = (prefix: string, named: Record<string, number | null>) => {
    for (const [name, value] of Object.entries(named)) if (value !== null) scores[prefix + name] = value
  }
  for (const { output, reports, overall } of groups) {
    const prefix = groups.length === 1 ? '' : `${output}/`
    add(prefix, overall)
    if (reports.length > 1) for (const { target, report } of reports) add(`${prefix}${target}/`, scoreNames(report))
  }
  return scores
}
