import { Random, Stream } from '../base/rng.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import type { InitializerName, WeightSpec } from '../layers/layer.ts'
import type { CompiledModel } from './types.ts'

/** Keras' default spread of random_normal (standard deviation) and random_uniform (half width). */
const SPREAD = 0.05
/** Standard deviation of a standard normal truncated at 2: dividing by it keeps the wanted variance (Keras `VarianceScaling`). */
const TRUNCATED_DEVIATION = 0.87962566103423978
const TRUNCATION = 2

/** Inputs and outputs of a unit: as the layer states them, else Keras' `compute_fans` of the shape. */
function fansOf({ shape, initializer }: WeightSpec): { fanIn: number; fanOut: number } {
  const computed = computeFans(shape)
  return { fanIn: initializer.fanIn ?? computed.fanIn, fanOut: initializer.fanOut ?? computed.fanOut }
}

function computeFans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 }
  const field = elementCount(shape.slice(0, -2))
  return { fanIn: field * (shape.at(-2) as number), fanOut: field * (shape.at(-1) as number) }
}

/** Variance that the scaling initialisers aim at: Glorot and Bengio 2010, He et al. 2015, LeCun et al. 1998. */
function varianceOf(family: string, fans: { fanIn: number; fanOut: number }): number {
  if (family === 'glorot') return 2 / (fans.fanIn + fans.fanOut)
  return (family === 'he' ? 2 : 1) / fans.fanIn
}

function truncatedNormal(random: Random): number {
  for (;;) {
    const value = random.normal()
    if (Math.abs(value) <= TRUNCATION) return value
  }
}

/** Rows x columns with orthonormal columns: modified Gram-Schmidt, each vector made orthogonal twice, in place. */
function orthonormalColumns(random: Random, rows: number, columns: number): Float64Array[] {
  const vectors: Float64Array[] = []
  while (vectors.length < columns) {
    const vector = Float64Array.from({ length: rows }, () => random.normal())
    for (let pass = 0; pass < 2; pass += 1)
      for (const other of vectors) {
        let along = 0
        for (let i = 0; i < rows; i += 1) along += (vector[i] as number) * (other[i] as number)
        for (let i = 0; i < rows; i += 1) vector[i] = (vector[i] as number) - along * (other[i] as number)
      }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    vectors.push(vector.map((value) => value / norm))
  }
  return vectors
}

/** Saxe et al. 2014: the matrix of all leading axes by the last has orthonormal columns, or rows where they are fewer, times the gain. */
function orthogonal({ shape, initializer }: WeightSpec, random: Random): () => number {
  const columns = shape.at(-1) ?? 1
  const rows = elementCount(shape) / columns
  const tall = rows >= columns
  const vectors = orthonormalColumns(random, Math.max(rows, columns), Math.min(rows, columns))
  const gain = initializer.value ?? 1
  let index = -1
  return () => {
    index += 1
    const [row, column] = [Math.floor(index / columns), index % columns]
    return gain * ((tall ? vectors[column]?.[row] : vectors[row]?.[column]) as number)
  }
}

/** Ones where row and column agree, the last axis being the columns. */
function identity({ shape, initializer }: WeightSpec): () => number {
  const columns = shape.at(-1) ?? 1
  let index = -1
  return () => {
    index += 1
    return Math.floor(index / columns) === index % columns ? (initializer.value ?? 1) : 0
  }
}

/** Draws with a variance from one of Keras' three distributions. */
function scaled(random: Random, variance: number, distribution: string): () => number {
  if (distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance)
    return () => (2 * random.uniform() - 1) * limit
  }
  if (distribution === 'untruncated_normal') return () => random.normal() * Math.sqrt(variance)
  const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION
  return () => truncatedNormal(random) * deviation
}

/** A function that draws the next element. */
function sampler(weight: WeightSpec, random: Random): () => number {
  const name: InitializerName = weight.initializer.name
  switch (name) {
    case 'zeros':
      return () => 0
    case 'ones':
      return () => 1
    case 'constant':
      return () => weight.initializer.value ?? 0
    case 'random_normal':
      return () => random.normal() * SPREAD
    case 'random_uniform':
      return () => (2 * random.uniform() - 1) * SPREAD
    case 'truncated_normal':
      return () => truncatedNormal(random) * SPREAD
    case 'orthogonal':
      return orthogonal(weight, random)
    case 'identity':
      return identity(weight)
    case 'variance_scaling': {
      const { fanIn, fanOut } = fansOf(weight)
      const { value = 1, mode = 'fan_in', distribution = 'truncated_normal' } = weight.initializer
      const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[mode]
      return scaled(random, value / Math.max(1, fan), distribution)
    }
    default: {
      const [family, distribution] = name.split('_') as [string, string]
      return scaled(random, varianceOf(family, fansOf(weight)), distribution)
    }
  }
}

/**
 * The persistent memory of a model before training: weights drawn by their initialisers (Keras 3 definitions), optimiser slots at their
 * initial values. Weight k draws from its own stream, so that its numbers depend on the seed and its place only.
 */
export function initializeWeights(
  model: Pick<CompiledModel, 'weights' | 'persistentFloats' | 'slotInitials'>,
  seed: number,
): Float32Array {
  const image = new Float32Array(model.persistentFloats)
  for (const weight of model.weights) {
    const draw = sampler(weight, new Random(seed, Stream.initialization, weight.ordinal))
    const count = elementCount(weight.shape)
    for (let index = 0; index < count; index += 1) image[weight.offset + index] = draw()
    const { ones } = weight.initializer
    if (ones) image.fill(1, weight.offset + ones[0], weight.offset + ones[1])
    if (weight.usedOffset !== weight.offset) image.copyWithin(weight.usedOffset, weight.offset, weight.offset + count)
  }
  for (const { offset, length, value } of model.slotInitials) image.fill(value, offset, offset + length)
  return image
}
