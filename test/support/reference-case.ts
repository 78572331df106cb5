import { Random } from '../../engine/base/rng.ts'
import { concreteShape, elementCount } from '../../engine/base/shape.ts'
import type { OpDeclaration, OpSample, ReferenceTensor } from '../../engine/ops/op.ts'

type Draw = NonNullable<OpSample['draw']>[number] | undefined

function drawOne(random: Random, draw: Draw): number {
  if (draw && 'classes' in draw) return random.integer(draw.classes)
  const { min, max } = draw && 'min' in draw ? draw : { min: -1, max: 1 }
  return min + (max - min) * random.uniform()
}

/** Makes each row sum to one, no element below 0.02. */
function normalizeRows(data: Float64Array, width: number): void {
  for (let row = 0; row < data.length; row += width) {
    let sum = 0
    for (let i = row; i < row + width; i += 1) {
      data[i] = 0.05 + Math.abs(data[i] as number)
      sum += data[i] as number
    }
    for (let i = row; i < row + width; i += 1) data[i] = (data[i] as number) / sum
  }
}

/** Inputs of a sample at batch size `n`, as float32 holds them, away from the op's kinks. */
export function drawInputs(op: OpDeclaration, sample: OpSample, n: number, seed: number): (ReferenceTensor | null)[] {
  return sample.inputs.map((shape, index) => {
    if (!shape) return null
    const random = new Random(seed, 900, index)
    const draw = sample.draw?.[index]
    const data = new Float64Array(elementCount(shape, n))
    for (let i = 0; i < data.length; i += 1) {
      let value = drawOne(random, draw)
      while (op.kinks?.(value, index, sample.attributes ?? {})) value = drawOne(random, draw)
      data[i] = value
    }
    if (draw && 'distribution' in draw) normalizeRows(data, shape.at(-1) as number)
    return { shape: concreteShape(shape, n), data: Float64Array.from(data, Math.fround) }
  })
}

/** Sum of squared differences over the sum of squares of the reference. `floor` per element keeps references near zero meaningful. */
export function normalizedError(actual: ArrayLike<number>, reference: ArrayLike<number>, floor = 1e-12): number {
  let error = 0
  let power = floor * reference.length
  for (let i = 0; i < reference.length; i += 1) {
    error += ((actual[i] as number) - (reference[i] as number)) ** 2
    power += (reference[i] as number) ** 2
  }
  return error / power
}
