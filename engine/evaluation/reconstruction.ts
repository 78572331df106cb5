import type { FittedPreprocessing } from '../data/dataset.ts'
import { modelNames } from '../data/preprocess.ts'
import type { DataSlot } from '../native/program.ts'
import type { TrainedModel } from '../training/trainer.ts'

/** One number of an Input as the network sees it: its name, and (value / scale + shift) in the units of the source. */
export interface ModelColumn {
  name: string
  shift: number
  scale: number
}

/** The numbers that source columns become, in order. */
export function modelColumns(fitted: FittedPreprocessing, columns: readonly string[]): ModelColumn[] {
  return columns.flatMap((name): ModelColumn[] => {
    const column = fitted.features.find((feature) => feature.name === name)
    if (!column) return []
    if (column.type === 'numeric') return [{ name, shift: column.shift, scale: column.scale }]
    return modelNames(column).map((each) => ({ name: each, shift: 0, scale: 1 }))
  })
}

/** Where an Output that gives an Input back finds what it was fed; null for an Output with a target column. */
export function reconstructionOf({ compiled, objectives }: TrainedModel, output: string) {
  const reconstruction = objectives.find((objective) => objective.output === output)?.reconstruction
  const binding = compiled.slots.find((slot) => slot.kind === 'input' && slot.node === reconstruction?.input)
  return reconstruction && binding ? { binding, quantile: reconstruction.quantile } : null
}

/** What a generator imitates: the slot of real samples and its numbers, empty where they do not correspond; null for other Outputs. */
export function imitationOf({ compiled, objectives, fitted }: TrainedModel, output: string) {
  const adversarial = objectives.find((objective) => objective.output === output)?.adversarial
  if (!adversarial) return null
  const binding = compiled.slots.find((slot) => slot.kind === 'input' && slot.node === adversarial.imitates)
  return { binding, columns: binding ? modelColumns(fitted, binding.columns) : [] }
}

/** Sums over features of the squared and of the absolute difference between a reconstruction and what was fed. */
interface RowErrors {
  squared: Float64Array
  absolute: Float64Array
}

/** The predicted mask of an Output among what a session predicted: 1 for each step of a row that counts; undefined where it has none. */
export function maskOfRows({ compiled }: TrainedModel, node: string, predicted: readonly Float32Array[]) {
  const index = compiled.masks.findIndex((mask) => mask.node === node)
  return index < 0 ? undefined : predicted[compiled.outputs.length + index]
}

/**
 * Mean squared and mean absolute error of each row, in scaled units, so that no column counts more for its unit, over the steps that the mask
 * keeps; 0 for a row that is all padding.
 */
export function rowErrors(
  given: Float32Array,
  { data, rowSize, scale = 1, shift = 0 }: DataSlot,
  rows: Int32Array,
  mask?: Float32Array,
): RowErrors {
  const bytes = data instanceof Uint8Array
  const squared = new Float64Array(rows.length)
  const absolute = new Float64Array(rows.length)
  const steps = mask ? mask.length / rows.length : 1
  const stepSize = rowSize / steps
  for (const [index, row] of rows.entries()) {
    let count = 0
    for (let i = 0; i < rowSize; i += 1) {
      if (mask && !((mask[index * steps + Math.floor(i / stepSize)] as number) > 0.5)) continue
      count += 1
      const fed = data[row * rowSize + i] as number
      const difference = (given[index * rowSize + i] as number) - (bytes ? fed * scale + shift : fed)
      squared[index]! += difference * difference
      absolute[index]! += Math.abs(difference)
    }
    squared[index]! /= Math.max(count, 1)
    absolute[index]! /= Math.max(count, 1)
  }
  return { squared, absolute }
}

/** The numbers of the Input that each Output of an autoencoder gives back, or of a GAN imitates, by Output. */
export function reconstructedColumns(model: TrainedModel): Map<string, ModelColumn[]> {
  const found = new Map<string, ModelColumn[]>()
  for (const { node } of model.compiled.outputs) {
    const reconstruction = reconstructionOf(model, node)
    if (reconstruction) found.set(node, modelColumns(model.fitted, reconstruction.binding.columns))
    const imitation = imitationOf(model, node)
    if (imitation?.columns.length) found.set(node, imitation.columns)
  }
  return found
}
