import { LaminaError } from '../../base/errors.ts'
import { exportOnnx } from '../../export/onnx/export-onnx.ts'
import { exportSafetensors } from '../../export/weights.ts'
import type { HandlersOf } from '../contract/define.ts'
import type { exporting } from '../contract/evaluation.ts'
import type { EngineContext } from '../services/context.ts'
import { writeFileAtomically } from '../services/files.ts'
import { type LoadedRun, loadTrained } from '../services/trained-model.ts'

interface Format {
  id: string
  label: string
  extension: string
  help: string
  write(run: LoadedRun, version: string): { bytes: Uint8Array; notes: string[] }
}

const formats: readonly Format[] = [
  {
    id: 'onnx',
    label: 'ONNX',
    extension: 'onnx',
    help: 'Network, weights and preprocessing for ONNX Runtime and other programs: source units in, predictions out.',
    write({ model, modelName }, version) {
      const { compiled, persistent, fitted } = model
      return exportOnnx({ compiled, persistent, fitted, name: modelName, version })
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
      return { bytes, notes: ['Weights only: the network and its preprocessing are not part of this format.'] }
    },
  },
]

export const exportingHandlers: HandlersOf<{ exporting: typeof exporting }, EngineContext>['exporting'] = {
  formats: () => formats.map(({ id, label, extension, help }) => ({ id, label, extension, help })),

  run({ project, run, format, path }, context) {
    const open = context.projects.get(project)
    const found = formats.find((item) => item.id === format)
    if (!found) throw unknownFormat(format)
    const { bytes, notes } = found.write(loadTrained(open, run), context.version)
    const full = writeFileAtomically(path, bytes)
    open.store.artifacts.add({ run: open.store.runs.get(run).id, format, path: full, bytes: bytes.byteLength })
    return { path: full, bytes: bytes.byteLength, notes }
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
