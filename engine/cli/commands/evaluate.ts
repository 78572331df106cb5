import { LaminaError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type {
  KFoldResult,
  PerClass,
  ReconstructionReport,
  Report,
  SeveralReports,
} from '../../rpc/contract/evaluation.ts'
import { usageError } from '../errors.ts'
import type { Output } from '../output.ts'
import { type CommandContext, chooseModel, chooseRun } from '../session.ts'
import { followingJobs } from './jobs.ts'

interface Options {
  model?: string
  run?: string
  split?: 'train' | 'validation' | 'test'
  kfold?: number
  repeats?: number
  stratified?: boolean
  group?: string
  time?: boolean
  seed?: number
  shuffleLabels?: boolean
  set?: Record<string, Json>
}

/** `lamina evaluate <project> --run id | --kfold k` */
export async function run(context: CommandContext, [path]: readonly string[], options: Options): Promise<void> {
  if (options.kfold === undefined) return await holdout(context, path!, options)
  if (options.run !== undefined || options.split !== undefined)
    throw usageError({
      message: '--kfold trains a model anew in each fold, so it goes with neither --run nor --split.',
      where: 'lamina evaluate',
      expected: '--kfold k, or --run id with --split part',
      received: 'both',
      fix: 'Leave one of them out.',
    })
  await crossValidation(context, path!, options)
}

async function holdout({ output, open }: CommandContext, path: string, options: Options): Promise<void> {
  for (const [
    name,
    value,
  ] of Object.entries({ '--shuffle-labels': options.shuffleLabels, '--repeats': options.repeats, '--group': options.group, '--time': options.time, '--set': options.set })) // biome-ignore format: one table
    if (value !== undefined)
      throw usageError({ message: `${name} goes with --kfold.`, where: 'lamina evaluate', expected: `${name} with --kfold`, received: `${name} without it`, fix: 'Add --kfold 5, for example.' }) // biome-ignore format: one record
  const { client, project } = await open(path)
  const run = await chooseRun(client, project, options.run ?? 'latest')
  const part = options.split ?? 'test'
  const { report, several } = await client.call.evaluation.evaluate({ project: project.id, run: run.id, part })
  output.line(`${run.name} of ${run.modelName} on the ${part} part (${report.rows} rows)`)
  if (several) showSeveral(output, several)
  else showReport(output, report)
  const metrics = Object.fromEntries(
    Object.entries(several?.scores ?? scoresOf(report)).map(([name, value]) => [
      name,
      { mean: value, sd: 0, folds: [value] },
    ]),
  )
  const reports = several?.reports.map(({ name, report }) => ({ name, report: withoutPoints(report) }))
  const shown = reports ? { reports } : { report: withoutPoints(report) }
  output.done({ runId: run.id, split: part, rows: report.rows, ...metrics, ...shown })
}

async function crossValidation({ output, open }: CommandContext, path: string, options: Options): Promise<void> {
  const { client, project } = await open(path)
  const model = chooseModel(project, options.model)
  const set = { ...options.set, ...(options.seed === undefined ? {} : { 'training.seed': options.seed }) }
  const { repeats, stratified, group, time, shuffleLabels } = options
  const given = { repeats, stratified, group, time, shuffleLabels }
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const { started, job } = await followingJobs(client, output, async ({ wait }) => {
    const started = await client.call.evaluation.kfold({
      project: project.id,
      model: model.id,
      folds: options.kfold!,
      set,
      ...defined,
    })
    output.event('started', { model: model.name, folds: options.kfold, evaluation: started.evaluation })
    const off = client.on('job.changed', (job) => {
      if (job.id === started.job && job.done > 0) output.event('fold', { done: job.done, total: job.total })
    })
    return { started, job: await wait(started.job).finally(off) }
  })
  const results = await client.call.evaluation.kfoldResults({ project: project.id })
  const result = results.find((item) => item.id === started.evaluation)
  if (!result)
    throw new LaminaError({
      code: 'evaluation.stopped',
      message: 'Cross-validation was stopped before all folds were done.',
      where: model.name,
      expected: `${job.total} folds`,
      received: `${job.done} of ${job.total} folds`,
      fix: 'Start it again; nothing of it was kept.',
    })
  const times = result.repeats > 1 ? `, ${result.repeats} times` : ''
  output.line(`${model.name}: ${result.folds}-fold cross-validation${times}`)
  showFolds(output, result)
  const { metrics, confusion, classes, perClass, folds } = result
  if (perClass) showClasses(output, perClass)
  if (confusion) showConfusion(output, classes!, confusion)
  output.done({ evaluation: result.id, model: model.name, kfold: folds, repeats: result.repeats, ...metrics, confusion, classes, perClass }) // biome-ignore format: one event
}

/** Every score of a report under its name. */
export function scoresOf(report: Report): Record<string, number> {
  if (report.task === 'generation') {
    const { loss, meanDistance, deviationDistance } = report
    return {
      loss,
      discriminator_loss: report.discriminatorLoss,
      generator_loss: report.generatorLoss,
      real_accuracy: report.realAccuracy,
      generated_accuracy: report.generatedAccuracy,
      ...(meanDistance === null ? {} : { mean_distance: meanDistance }),
      ...(deviationDistance === null ? {} : { deviation_distance: deviationDistance }),
    }
  }
  if (report.task === 'reconstruction') {
    const { loss, mse, rmse, mae, ...rest } = report
    const some = { threshold: rest.threshold, flagged: rest.flagged, auroc: rest.auroc, detected: rest.detected, false_alarms: rest.falseAlarms } // biome-ignore format: one table
    const known = Object.entries(some).filter((entry): entry is [string, number] => entry[1] !== null)
    return { loss, mse, rmse, mae, ...Object.fromEntries(known) }
  }
  if (report.task === 'regression') {
    const { loss, mae, mse, rmse, r2, mape } = report
    return { loss, mae, mse, rmse, r2, ...(mape === null ? {} : { mape }) }
  }
  const { loss, accuracy, logLoss, macro, micro, weighted, perClass } = report
  const positive = perClass.length === 2 ? perClass[1]! : macro
  const { precision, recall, f1 } = positive
  return {
    loss,
    accuracy,
    precision,
    recall,
    f1,
    f1_macro: macro.f1,
    f1_micro: micro.f1,
    f1_weighted: weighted.f1,
    log_loss: logLoss,
  }
}

function withoutPoints(report: Report): Report {
  if (report.task === 'generation') return { ...report, sheet: [] }
  return report.task === 'regression' ? { ...report, points: [] } : report
}

function showSeveral(output: Output, { reports, scores }: SeveralReports): void {
  const overall = Object.entries(scores).filter(([name]) => !name.includes('/'))
  output.table(['metric', 'value'], overall)
  for (const { name, report } of reports) {
    output.line()
    output.line(name)
    showReport(output, report, { total: false })
  }
}

/** `total`: the loss is that of this report, not of several together. */
function showReport(output: Output, report: Report, { total } = { total: true }): void {
  const rows = Object.entries(scoresOf(report)).filter(([name]) => total || name !== 'loss')
  output.table(['metric', 'value'], rows)
  if (report.task === 'generation') {
    output.line('One half of both accuracies is a draw; distances compare generated with real rows in scaled units.')
    return
  }
  if (report.task === 'reconstruction') {
    showReconstruction(output, report)
    return
  }
  if (report.task === 'regression') {
    output.line(`Errors are in the units of ${report.target}.`)
    return
  }
  const averages = (['macro', 'weighted'] as const).map((name) => ({ ...report[name], name: `${name} average` }))
  showClasses(output, [...report.perClass, ...averages.map((each) => ({ ...each, support: report.rows }))])
  showConfusion(output, report.classes, report.confusion)
}

function showClasses(output: Output, scores: readonly PerClass[]): void {
  output.line()
  output.table(
    ['class', 'precision', 'recall', 'f1', 'rows'],
    scores.map(({ name, precision, recall, f1, support }) => [name, precision, recall, f1, support]),
  )
}

function showReconstruction(output: Output, report: ReconstructionReport): void {
  output.line('Errors are mean squared differences in scaled units; rows above the threshold count as anomalies.')
  output.line()
  output.table(
    ['errors of', 'rows', 'mean', 'median', 'max'],
    report.distributions.map((each) => [each.name, each.rows, each.mean, each.median, each.max]),
  )
  if (report.labels.length === 0) return
  output.line()
  output.table(
    ['label', 'rows', 'mean error', 'flagged'],
    report.labels.map(({ label, rows, mean, flagged }) => [label, rows, mean, flagged ?? '-']),
  )
}

function showConfusion(output: Output, classes: readonly string[], counts: readonly (readonly number[])[]): void {
  output.line()
  output.table(
    ['true \\ predicted', ...classes],
    counts.map((row, index) => [classes[index]!, ...row]),
  )
}

function showFolds(output: Output, { metrics }: KFoldResult): void {
  const count = Object.values(metrics)[0]?.folds.length ?? 0
  const folds = count <= 10 ? Array.from({ length: count }, (_, index) => `fold ${index + 1}`) : []
  output.table(
    ['metric', 'mean', 'sd', ...folds],
    Object.entries(metrics).map(([name, { mean, sd, folds: values }]) => [
      name,
      mean,
      sd,
      ...(folds.length > 0 ? values : []),
    ]),
  )
}
