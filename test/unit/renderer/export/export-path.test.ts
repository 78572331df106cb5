import { describe, expect, it } from 'vitest'
import { fileName, suggestTarget, withExtension } from '../../../../renderer/features/export/export-path.ts'

describe('targets of an export', () => {
  it('lie beside the project, with its separators', () => {
    expect(suggestTarget('/home/a/iris.lamina', 'run-3', 'onnx')).toBe('/home/a/iris-run-3.onnx')
    expect(suggestTarget('C:\\a\\iris.LAMINA', 'run-3', 'onnx')).toBe('C:\\a\\iris-run-3.onnx')
  })
  it('follow the format as long as they have its ending', () => {
    expect(withExtension('/a/b.onnx', 'onnx', 'safetensors')).toBe('/a/b.safetensors')
    expect(withExtension('/a/mine.bin', 'onnx', 'safetensors')).toBe('/a/mine.bin')
    expect(fileName('C:\\a\\b.onnx')).toBe('b.onnx')
  })
})
