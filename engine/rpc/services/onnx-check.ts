import { LaminaError } from '../../base/errors.ts'
import type { Table } from '../../data/dataset.ts'
import { encodeFeatures } from '../../data/preprocess.ts'
import { cellText, columnOf, pickRows } from '../../data/table.ts'
import { type OutputPrediction, predictTable } from '../../evaluation/predict.ts'
import { unitOf } from '../../evaluation/several-targets.ts'
import type { OnnxExport } from '../../export/onnx/export-onnx.ts'
import type { NativeAddon } from '../../native/program.ts'
import type { OpenProject } from './projects.ts'
import { type LoadedRun, partOf } from './trained-model.ts'

/** Largest difference that float32 arithmetic in another order explains. */
const TOLERANCE = 1e-4
const MAX_ROWS = 1000

export interface OnnxCheck {
  rows: number
  /** Of class probabilities, or of numbers in standard deviations of the target. */
  largestDifference: number
}

/**
 * Runs an exported model in ONNX Runtime on rows of the project and compares with the engine; null where ONNX Runtime is
 * not installed or the rows are gone. Throws `export.onnx-differs`.
 */
export async function checkOnnx(
  native: NativeAddon,
  project: OpenProject,
  run: LoadedRun,
  exported: OnnxExport,
): Promise<OnnxCheck | null> {
  const runtime = await loadRuntime()
  if (!runtime) return null
  const part = rowsOf(project, run)
  // Noise is drawn by whoever runs the model.
  if (!part || exported.inputs.some(({ kind }) => kind === 'noise')) return null
  const { table } = part
  const rows = part.rows.subarray(0, MAX_ROWS)
  const session = await runtime.InferenceSession.create(exported.bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const results = await session.run(feedsOf(runtime, exported, table, rows, run))
  const { outputs } = await predictTable(native, run.model, run.description, table, { rows })
  let largestDifference = 0
  let next = 0
  for (const { name, columns } of exported.outputs) {
    const theirs = results[name]?.data as Float32Array
    // An Output of several target columns has a prediction for each.
    const width = columns?.length ?? 1
    for (let unit = 0; unit < width; unit += 1) {
      const ours = outputs[next + unit]!
      largestDifference = Math.max(largestDifference, compare(unitOf(theirs, width, unit), ours, scaleOf(run, ours)))
    }
    next += width
  }
  await session.release()
  if (largestDifference <= TOLERANCE) return { rows: rows.length, largestDifference }
  throw new LaminaError({
    code: 'export.onnx-differs',
    message: 'ONNX Runtime computes something else than Lamina with the exported model. It was not written.',
    where: run.name,
    expected: `differences of at most ${TOLERANCE}`,
    received: String(largestDifference),
    fix: 'This is a defect; please report it with the project.',
  })
}

type Runtime = typeof import('onnxruntime-node')

async function loadRuntime(): Promise<Runtime | null> {
  const name = 'onnxruntime-node'
  try {
    return (await import(/* @vite-ignore */ name)) as Runtime
  } catch {
    return null
  }
}

/** The first part of the run's split that has rows; null while its data cannot be read. */
function rowsOf(project: OpenProject, run: LoadedRun): { table: Table; rows: Int32Array } | null {
  for (const part of ['test', 'validation', 'train'] as const) {
    try {
      return partOf(project, run, part)
    } catch {
      // An empty part, or data that is no longer there: an export does not need it.
    }
  }
  return null
}

/** Source cells, as a user of the file would feed them; texts as the ids they become. */
function feedsOf(runtime: Runtime, { inputs }: OnnxExport, table: Table, rows: Int32Array, run: LoadedRun) {
  const { Tensor } = runtime
  const feeds: Record<string, InstanceType<Runtime['Tensor']>> = {}
  for (const { name, kind, columns, shape } of inputs) {
    const picked = columns.map((column) => pickRows(columnOf(table, column), rows))
    const [first] = picked
    const dims = [rows.length, ...(shape ?? [columns.length])]
    if (first?.type === 'tensor') {
      feeds[name] =
        first.data instanceof Uint8Array && kind === 'bytes'
          ? new Tensor('uint8', first.data, dims)
          : new Tensor('float32', Float32Array.from(first.data), dims)
      continue
    }
    if (kind === 'tokens') {
      const ids = encodeFeatures({ rowCount: rows.length, columns: picked }, run.model.fitted, columns).data
      feeds[name] = new Tensor('int64', BigInt64Array.from(ids, BigInt), dims)
      continue
    }
    const cells = Array.from(rows).flatMap((_, place) => picked.map((source) => cellText(source, place)))
    const numbers = () => Float32Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell)))
    feeds[name] =
      kind === 'labels'
        ? new Tensor(
            'string',
            cells.map((cell) => String(cell ?? '')),
            dims,
          )
        : new Tensor('float32', numbers(), dims)
  }
  return feeds
}

function compare(theirs: Float32Array, ours: OutputPrediction, scale: (index: number) => number): number {
  const values = ours.kind === 'classes' ? ours.scores : ours.values
  // One unit is the probability of the second of two classes.
  const stride = values.length === theirs.length ? 1 : 2
  let largest = 0
  for (let index = 0; index < theirs.length; index += 1)
    largest = Math.max(largest, Math.abs(theirs[index]! - values[index * stride + stride - 1]!) * scale(index))
  return Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest
}

/** What turns a number of an output into standard deviations: by the target's scale, or by that of the column given back. */
function scaleOf({ model }: LoadedRun, output: OutputPrediction): (index: number) => number {
  if (output.kind === 'classes') return () => 1
  if (output.kind === 'reconstruction' || output.kind === 'generation') {
    const { columns } = output
    return (index) => Math.abs(columns[index % columns.length]?.scale ?? 1)
  }
  const scale = model.fitted.targets.find(({ name }) => name === output.target)?.scale ?? 1
  return () => scale
}
