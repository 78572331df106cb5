import { InferenceSession, Tensor } from 'onnxruntime-node'
import { cellText, columnOf } from '../../../engine/data/table.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { exportOnnx, type OnnxExport } from '../../../engine/export/onnx/export-onnx.ts'
import type { ExportedInput } from '../../../engine/export/onnx/preprocessing.ts'
import { loadNative } from '../../../engine/native/index.ts'
import type { RunOutcome } from '../../../engine/training/trainer.ts'
import type { Project } from './projects.ts'

const native = loadNative()

/** The number that a model gives for each row: exported, in ONNX Runtime, and in the engine. The cells go in as the table has them. */
export async function exportedNumbers(
  model: RunOutcome['model'],
  { description, table }: Project,
  rows: Int32Array,
): Promise<{ exported: OnnxExport; found: Float32Array; expected: Float64Array }> {
  const { compiled, persistent, fitted } = model
  const exported = exportOnnx({ compiled, persistent, fitted, name: 'test', version: '0.0.0' })
  const { name, columns } = exported.inputs[0] as ExportedInput
  const cells = [...rows].flatMap((row) => columns.map((column) => cellText(columnOf(table, column), row)))
  const feed = new Tensor('float32', Float32Array.from(cells, Number), [rows.length, columns.length])
  const results = await (await InferenceSession.create(exported.bytes)).run({ [name]: feed })
  const found = results[exported.outputs[0]?.name as string]?.data as Float32Array
  const { outputs } = await predictTable(native, model, description, table, { rows })
  const [output] = outputs
  if (output?.kind !== 'numeric') throw new Error(`expected numbers, received ${output?.kind ?? 'nothing'}`)
  return { exported, found, expected: output.values }
}
