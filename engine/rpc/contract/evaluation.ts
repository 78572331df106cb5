import * as v from 'valibot'
import { idSchema, inProject, jsonObjectSchema, jsonSchema, pathSchema } from './common.ts'
import { method } from './define.ts'
import type { RunSummary } from './training.ts'

/** Precision, recall and F1 of one class, and its rows. */
export interface PerClass {
  name: string
  precision: number
  recall: number
  f1: number
  support: number
}

export interface ClassificationReport {
  task: 'classification'
  classes: string[]
  rows: number
  loss: number
  accuracy: number
  logLoss: number
  perClass: PerClass[]
  macro: { precision: number; recall: number; f1: number }
  micro: { precision: number; recall: number; f1: number }
  weighted: { precision: number; recall: number; f1: number }
  /** Rows = true class, columns = predicted. */
  confusion: number[][]
}

export interface RegressionReport {
  task: 'regression'
  target: string
  rows: number
  loss: number
  /** In units of the target column. */
  mae: number
  mse: number
  rmse: number
  r2: number
  mape: number | null
  /** Up to 2,000 points for the scatter plot: [true, predicted]. */
  points: [number, number][]
}

/** What an autoencoder fails to give back. The error of a row is the mean squared difference over its numbers, in scaled units. */
export interface ReconstructionReport {
  task: 'reconstruction'
  rows: number
  loss: number
  mse: number
  rmse: number
  mae: number
  /** The quantile of the errors of `thresholdPart` from which a row counts as an anomaly; null without such rows. */
  threshold: number | null
  thresholdQuantile: number
  thresholdPart: string | null
  /** Share of the rows above the threshold. */
  flagged: number | null
  /** Borders of the bins that `counts` of the distributions refer to. */
  edges: number[]
  /** Of the parts for comparison, then of the rows at hand, ordinary ones and anomalies apart where labels tell them. */
  distributions: {
    name: string
    rows: number
    mean: number
    min: number
    median: number
    max: number
    counts: number[]
  }[]
  /** By label of the target column, which the network has not seen. */
  labels: { label: string; rows: number; mean: number; flagged: number | null }[]
  /** Labels that count as anomalies. */
  anomalies: string[]
  auroc: number | null
  /** Shares of anomalies and of ordinary rows above the threshold. */
  detected: number | null
  falseAlarms: number | null
  /** Rows (from 0) with the largest errors, largest first. */
  worst: { row: number; error: number; label: string | null }[]
}

/** What a generator makes; distances and the sheet of samples are in scaled units. */
export interface GenerationReport {
  task: 'generation'
  rows: number
  loss: number
  discriminatorLoss: number
  generatorLoss: number
  /** Shares of real and of generated samples that the discriminator is right about. */
  realAccuracy: number
  generatedAccuracy: number
  /** Between the means, and the standard deviations, of generated and real rows; null where their numbers do not correspond. */
  meanDistance: number | null
  deviationDistance: number | null
  /** Shape of one sample. */
  shape: number[]
  sheet: number[][]
  /** What is drawn as black and white. */
  range: [low: number, high: number]
}

export type Report = ClassificationReport | RegressionReport | ReconstructionReport | GenerationReport

export interface EvaluationRecord {
  id: string
  run: string
  part: 'train' | 'validation' | 'test'
  createdAt: string
  /** Of the first Output. */
  report: Report
  /** Where a model has several Outputs, or one that predicts several columns: the report of each. */
  several?: SeveralReports
}

export interface SeveralReports {
  /** `name` tells them apart: the Output, or the column, or both where there are several of either. */
  reports: { name: string; report: Report }[]
  /** Every score, those of one report under `<its name>/<score>`. */
  scores: Record<string, number>
}

export interface KFoldResult {
  id: string
  model: string
  folds: number
  repeats: number
  createdAt: string
  /** By metric name (`accuracy`, `r2`, `loss`, ...). */
  metrics: Record<string, { mean: number; sd: number; folds: number[] }>
  /** Confusion matrix over all folds, or null for regression. */
  confusion: number[][] | null
  classes: string[] | null
  /** Scores of each class over the rows of all folds, by that matrix; null for regression, left out of results of older versions. */
  perClass?: PerClass[] | null
}

export const evaluation = {
  /** Evaluates a run on a part of its own split; the use of the test part is recorded. */
  evaluate: method<EvaluationRecord>()(
    v.object({ ...inProject, run: idSchema, part: v.optional(v.picklist(['train', 'validation', 'test']), 'test') }),
  ),
  list: method<EvaluationRecord[]>()(v.object({ ...inProject, run: v.optional(idSchema) })),
  /** k-fold cross-validation of a model as saved; a job whose result `kfoldResults` lists. */
  kfold: method<{ job: string; evaluation: string }>()(
    v.object({
      ...inProject,
      model: idSchema,
      folds: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(1000)),
      repeats: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 1),
      stratified: v.optional(v.boolean()),
      group: v.optional(v.string()),
      time: v.optional(v.boolean(), false),
      shuffleLabels: v.optional(v.boolean(), false),
      set: v.optional(jsonObjectSchema),
    }),
  ),
  kfoldResults: method<KFoldResult[]>()(v.object(inProject)),
  /** Predicts rows of a new file; writes CSV when `output` is given. */
  predict: method<{ rows: number; columns: string[]; preview: (string | null)[][]; path: string | null }>()(
    v.object({
      ...inProject,
      run: idSchema,
      input: v.nullable(pathSchema),
      part: v.optional(v.picklist(['train', 'validation', 'test'])),
      output: v.optional(pathSchema),
    }),
  ),
}

export interface TrialRecord {
  number: number
  run: string | null
  status: RunSummary['status']
  values: Record<string, unknown>
  /** Objective and companions. */
  metrics: Record<string, number>
  seconds: number
  error: string | null
}

export interface SweepRecord {
  id: string
  model: string
  name: string
  strategy: string
  objective: string
  direction: 'maximize' | 'minimize'
  folds: number
  state: 'running' | 'completed' | 'stopped' | 'interrupted' | 'failed'
  createdAt: string
  planned: number
  trials: TrialRecord[]
  best: number | null
}

const sweepRequest = {
  ...inProject,
  model: idSchema,
  /** Path to list of values or `{ min, max, scale, steps }`. */
  space: v.record(v.string(), jsonSchema),
  strategy: v.optional(v.picklist(['grid', 'random']), 'grid'),
  trials: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100000))),
  folds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 0),
  parallel: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(256)), 0),
  seed: v.optional(v.number()),
  objective: v.optional(v.string()),
}

export const tuning = {
  /** What a sweep would cost, before it starts. */
  estimate: method<{ trials: number; fits: number; epochs: number; seconds: number | null }>()(v.object(sweepRequest)),
  start: method<{ job: string; sweep: string }>()(v.object(sweepRequest)),
  list: method<SweepRecord[]>()(v.object(inProject)),
  get: method<SweepRecord>()(v.object({ ...inProject, sweep: idSchema })),
  /** Writes the values of a trial into the model. */
  apply: method<{ revision: number }>()(v.object({ ...inProject, sweep: idSchema, trial: v.number() })),
}

export const exporting = {
  formats: method<{ id: string; label: string; extension: string; help: string }[]>()(v.optional(v.object({}), {})),
  /** Writes the file (atomically) and records it. Where ONNX Runtime is installed, it runs an ONNX model first. */
  run: method<{
    path: string
    bytes: number
    notes: string[]
    /** Rows compared and the largest difference (numbers: in standard deviations of the target); null = not checked. */
    verified: { rows: number; largestDifference: number } | null
  }>()(v.object({ ...inProject, run: idSchema, format: v.string(), path: pathSchema })),
}
