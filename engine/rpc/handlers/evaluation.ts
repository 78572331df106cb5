import { basename, resolve } from 'node:path'
import Papa from 'papaparse'
import { newId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DatasetDescription, Split, Table } from '../../data/dataset.ts'
import { readCompanions, readDataFile } from '../../data/files.ts'
import { loadNewTable } from '../../data/infer.ts'
import { encodeTarget, inverseTarget } from '../../data/preprocess.ts'
import { splitTable } from '../../data/split.ts'
import { evaluateRows } from '../../evaluation/holdout.ts'
import { crossValidate } from '../../evaluation/kfold.ts'
import { predictTable } from '../../evaluation/predict.ts'
import { exportPredictionsCsv } from '../../export/predictions-csv.ts'
import type { StoredEvaluation } from '../../store/results.ts'
import type { HandlersOf } from '../contract/define.ts'
import type { EvaluationRecord, evaluation, KFoldResult, Report, SeveralReports } from '../contract/evaluation.ts'
import type { EngineContext } from '../services/context.ts'
import { writeFileAtomically } from '../services/files.ts'
import { loadSource } from '../services/initial-weights.ts'
import { loadModelWithData } from '../services/model-loader.ts'
import type { OpenProject } from '../services/projects.ts'
import { toKFoldResult, toReports } from '../services/reports.ts'
import { shuffleLabels } from '../services/shuffle-labels.ts'
import { type LoadedRun, loadTrained, partOf } from '../services/trained-model.ts'

const PREVIEW_ROWS = 50

export const evaluationHandlers: HandlersOf<{ evaluation: typeof evaluation }, EngineContext>['evaluation'] = {
  async evaluate({ project, run, part }, context) {
    const open = context.projects.get(project)
    const trained = loadTrained(open, run)
    const { table, rows } = partOf(open, trained, part)
    const { model, description } = trained
    const measured = await evaluateRows(context.native(), model, table, rows, {
      references: referencesOf(open, trained, part),
      anomalies: description.split.heldOut,
    })
    const { outputs } = await predictTable(context.native(), model, description, table, { rows })
    const { report, several } = toReports(measured, outputs, (target) => actualValues(model, table, rows, target))
    const json = { ...report, scores: measured.metrics, ...(several ? { several } : {}) } as unknown as JsonObject
    const id = open.store.runs.get(run).id
    return toRecord(open.store.evaluations.add({ kind: 'holdout', run: id, model: null, part, report: json }))
  },

  list: ({ project, run }, context) =>
    context.projects
      .get(project)
      .store.evaluations.list({ kind: 'holdout', ...(run === undefined ? {} : { run }) })
      .map(toRecord),

  kfold({ project, model, folds, repeats, stratified, group, time, shuffleLabels: shuffled, set }, context) {
    const open = context.projects.get(project)
    const { document, plan, description, table, name } = loadModelWithData(open, model, set)
    const initialWeights = loadSource(context, open, plan)?.tensors
    const id = newId('evl')
    const request = {
      project,
      kind: 'kfold',
      title: `${folds}-fold cross-validation of ${name}`,
      unit: 'folds',
      total: folds * repeats,
      subject: id,
    } as const
    const job = context.jobs.start(request, async ({ control, report }) => {
      try {
        const result = await crossValidate(context.native(), {
          document,
          plan,
          description,
          initialWeights,
          table: shuffled ? shuffleLabels(table, description, plan.seed) : table,
          folds: {
            k: folds,
            repeats,
            time,
            stratified: stratified ?? (!time && group === undefined),
            ...(group === undefined ? {} : { groupColumn: group }),
          },
          control,
          onFold: (_result, done, total) => report(done, { total }),
        })
        const stored = toKFoldResult({ id, model, createdAt: new Date().toISOString() }, result)
        const json = stored as unknown as JsonObject
        open.store.evaluations.add({ id, kind: 'kfold', run: null, model, part: null, report: json })
        context.projects.changed(open, 'runs')
        return 'completed'
      } catch (thrown) {
        if (control.requested === 'stop' && (thrown as { code?: string }).code === 'evaluation.stopped')
          return 'stopped'
        throw thrown
      }
    })
    return { job: job.id, evaluation: id }
  },

  kfoldResults: ({ project }, context) =>
    context.projects
      .get(project)
      .store.evaluations.list({ kind: 'kfold' })
      .map((item) => item.report as unknown as KFoldResult),

  async predict({ project, run, input, part, output }, context) {
    const open = context.projects.get(project)
    const trained = loadTrained(open, run)
    const { model, description } = trained
    const source =
      input === null
        ? partOf(open, trained, part ?? 'test')
        : { table: newTable(resolve(input), description), rows: undefined }
    const options = source.rows ? { rows: source.rows } : {}
    const predictions = await predictTable(context.native(), model, description, source.table, options)
    const csv = exportPredictionsCsv(source.table, predictions)
    const path = output === undefined ? null : writeFileAtomically(output, csv)
    const preview = Papa.parse<string[]>(csv, { preview: PREVIEW_ROWS + 1, skipEmptyLines: true, delimiter: ',' }).data
    return {
      rows: predictions.rows.length,
      columns: preview[0] ?? [],
      preview: preview.slice(1).map((row) => row.map((cell) => (cell === '' ? null : cell))),
      path,
    }
  },
}

/** Training and validation rows, which the errors of an autoencoder on another part are compared with. */
function referencesOf(open: OpenProject, trained: LoadedRun, part: keyof Split) {
  const split = splitTable(open.tables.table(trained.description), trained.description)
  return (['train', 'validation'] as const)
    .filter((each) => split[each].length > 0 && (each !== part || each === 'validation'))
    .map((each) => ({ name: each === 'train' ? 'training' : each, rows: partOf(open, trained, each).rows }))
}

/** True values of a target in source units. */
function actualValues({ fitted }: LoadedRun['model'], table: Table, rows: Int32Array, column: string): Float64Array {
  const target = encodeTarget(table, fitted, column)
  return inverseTarget(
    target,
    Float64Array.from(rows, (row) => target.data[row]!),
  )
}

function toRecord(stored: StoredEvaluation): EvaluationRecord {
  const { id, run, part, createdAt } = stored
  const { several, ...report } = stored.report as unknown as Report & { several?: SeveralReports }
  return { id, run: run ?? '', part: part ?? 'test', createdAt, report, ...(several ? { several } : {}) }
}

/** The rows of a file that the run has not seen, with what lies beside it. */
function newTable(path: string, description: DatasetDescription): Table {
  return loadNewTable(readDataFile(path), basename(path), description, readCompanions(path))
}
