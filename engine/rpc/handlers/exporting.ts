import { LaminaError } from '../../base/errors.ts'
import { reconstructedColumns } from '../../evaluation/reconstruction.ts'
import { exportOnnx } from '../../export/onnx/export-onnx.ts'
import { exportSafetensors } from '../../export/weights.ts'
import type { HandlersOf } from '../contract/define.ts'
import type { exporting } from '../contract/evaluation.ts'
import type { EngineContext } from '../services/context.ts'
import { writeFileAtomically } from '../services/files.ts'
import { checkOnnx } from '../services/onnx-check.ts'
import type { OpenProject } from '../services/projects.ts'
import { type LoadedRun, loadTrained } from '../services/trained-model.ts'

interface Format {
  id: string
  label: string
  extension: string
  help: string
  write(run: LoadedRun, open: OpenProject, context: EngineContext): Promise<Written> | Written
}

interface Written {
  bytes: Uint8Array
  notes: string[]
  verified: { rows: number; largestDifference: number } | null
}

const formats: readonly Format[] = [
  {
    id: 'onnx',
    label: 'ONNX',
    extension: 'onnx',
    help: 'Network, weights and preprocessing for ONNX Runtime and other programs: source units in, predictions out.',
    async write(run, open, { version, native }) {
      const { compiled, persistent, fitted } = run.model
      const reconstructed = reconstructedColumns(run.model)
      const exported = exportOnnx({ compiled, persistent, fitted, reconstructed, name: run.modelName, version })
      const verified = await checkOnnx(native(), open, run, exported)
      const note = verified
        ? `ONNX Runtime gives the same on ${verified.rows} rows; largest difference ${verified.largestDifference.toExponential(1)}.`
        : exported.inputs.some(({ kind }) => kind === 'noise')
          ? 'Not checked: the noise is drawn by whoever runs it.'
          : 'Not checked: ONNX Runtime is not installed here, or the rows are gone.'
      return { bytes: exported.bytes, notes: [...exported.notes, note], verified }
    },
  },
  {
    id: 'safetensors',
    label: 'safetensors',
    extension: 'safetensors',
    help: 'Weights only, under the names that Keras gives them.',
    write({ model, name, modelName }) {
      const { compiled, persistent } = model
      const bytes = exportSafetensors(compiled, persistent, { run: name, model: modelName })
      return {
        bytes,
        notes: ['Weights only: the network and its preprocessing are not part of this format.'],
        verified: null,
      }
    },
  },
]

export const exportingHandlers: HandlersOf<{ exporting: typeof exporting }, EngineContext>['exporting'] = {
  formats: () => formats.map(({ id, label, extension, help }) => ({ id, label, extension, help })),

  async run({ project, run, format, path }, context) {
    const open = context.projects.get(project)
    const found = formats.find((item) => item.id === format)
    if (!found) throw unknownFormat(format)
    const { bytes, notes, verified } = await found.write(loadTrained(open, run), open, context)
    const full = writeFileAtomically(path, bytes)
    open.store.artifacts.add({ run: open.store.runs.get(run).id, format, path: full, bytes: bytes.byteLength })
    return { path: full, bytes: bytes.byteLength, notes, verified }
  },
}

function unknownFormat(format: string): LaminaError {
  return new LaminaError({
    code: 'export.unknown-format',
    message: `Lamina does not export "${format}".`,
    where: 'format',
    expected: formats.map((item) => item.id).join(', '),
    received: format,
    fix: 'Choose one of these.',
  })
}
