import { philox4x32 } from '../../base/rng.ts'
import type { ReferenceImplementation } from '../op.ts'
import { tensorOf } from './tensor.ts'

/** c0 + c1 x + c2 x² + ... */
function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}

const central = {
  above: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  below: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
} as const

const tail = {
  above: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  below: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
} as const

/** The number that a standard normal variable stays below with probability p >= e^-25: Wichura 1988, algorithm AS 241 (PPND16). */
export function normalQuantile(p: number): number {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(r, central.above)) / polynomial(r, central.below)
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p))) - 1.6
  return (Math.sign(q) * polynomial(r, tail.above)) / polynomial(r, tail.below)
}

export const randomNormal: ReferenceImplementation = (_, attributes, [shape], { seed, iteration }) => {
  const { mean, deviation, stream } = attributes as { mean: number; deviation: number; stream: number }
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  return [
    tensorOf(shape as number[], (i) => {
      const words = philox4x32([Math.floor(i / 4), iteration, stream, 0], key)
      return mean + deviation * normalQuantile((((words[i % 4] as number) >>> 9) + 0.5) / 2 ** 23)
    }),
  ]
}
