import { quantile } from '../data/transforms/transform.ts'
import type { ModelColumn } from './reconstruction.ts'

/** What a generator makes, and how its discriminator and the numbers themselves tell it from the data. */
export interface GenerationReport {
  kind: 'generation'
  samples: number
  discriminatorLoss: number
  generatorLoss: number
  /** Shares of real and of generated samples that the discriminator is right about; one half of each is a draw. */
  realAccuracy: number
  generatedAccuracy: number
  /**
   * Euclidean distance between the means of generated and real rows, and between their standard deviations, over all numbers of a sample in
   * scaled units; null where generated numbers do not stand for those of an Input one by one.
   */
  meanDistance: number | null
  deviationDistance: number | null
  /** Shape of one sample. */
  shape: number[]
  /** The first generated samples, number by number in scaled units, and what is drawn as black and white. */
  sheet: number[][]
  range: [low: number, high: number]
}

const SHEET = 25

/** Mean and standard deviation of each of `width` numbers over all rows. */
function momentsOf(values: ArrayLike<number>, width: number): { mean: Float64Array; deviation: Float64Array } {
  const rows = values.length / width
  const mean = new Float64Array(width)
  const deviation = new Float64Array(width)
  for (let at = 0; at < values.length; at += 1) mean[at % width]! += (values[at] as number) / rows
  for (let at = 0; at < values.length; at += 1)
    deviation[at % width]! += ((values[at] as number) - mean[at % width]!) ** 2 / rows
  return { mean, deviation: deviation.map(Math.sqrt) }
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.hypot(...a.map((value, index) => value - b[index]!))
}

/** Compares generated rows with real ones, both in scaled units. */
export function generationReport(input: {
  generated: Float32Array
  /** Real rows of the same width; null where the two cannot be compared number by number. */
  real: Float32Array | null
  shape: readonly number[]
  measures: Readonly<Record<string, number>>
}): GenerationReport {
  const { generated, real, shape, measures } = input
  const width = shape.reduce((product, size) => product * size, 1)
  const ours = momentsOf(generated, width)
  const theirs = real && momentsOf(real, width)
  const rows = Math.min(SHEET, generated.length / width)
  const sheet = Array.from({ length: rows }, (_, row) => [...generated.subarray(row * width, (row + 1) * width)])
  const sorted = Float64Array.from(real ?? generated).sort()
  return {
    kind: 'generation',
    samples: generated.length / width,
    discriminatorLoss: measures.discriminator_loss ?? Number.NaN,
    generatorLoss: measures.generator_loss ?? Number.NaN,
    realAccuracy: measures.real_accuracy ?? Number.NaN,
    generatedAccuracy: measures.generated_accuracy ?? Number.NaN,
    meanDistance: theirs && distance(ours.mean, theirs.mean),
    deviationDistance: theirs && distance(ours.deviation, theirs.deviation),
    shape: [...shape],
    sheet,
    range: [quantile(sorted, 0.01), quantile(sorted, 0.99)],
  }
}

/** Numbers of generated samples in the units of the columns they imitate. */
export function inSourceUnits(values: Float32Array, columns: readonly ModelColumn[]): Float64Array {
  if (columns.length === 0) return Float64Array.from(values)
  return Float64Array.from(values, (value, at) => {
    const { shift, scale } = columns[at % columns.length] as ModelColumn
    return value / scale + shift
  })
}
