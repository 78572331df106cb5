import { elementCount } from '../base/shape.ts'
import type { CompiledModel } from '../compile/compile.ts'
import { encodeSafetensors, type NamedTensor } from './safetensors/safetensors.ts'

/** Weights of a model as they are to be used, by Keras' path (`dense_1/kernel`), moving statistics included, optimiser slots not. */
export function namedWeights(compiled: CompiledModel, persistent: Float32Array): NamedTensor[] {
  return compiled.weights.map(({ path, shape, usedOffset }) => ({
    name: path,
    shape,
    data: persistent.slice(usedOffset, usedOffset + elementCount(shape)),
  }))
}

/** The weights as a safetensors file. */
export function exportSafetensors(
  compiled: CompiledModel,
  persistent: Float32Array,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return encodeSafetensors(namedWeights(compiled, persistent), metadata)
}
