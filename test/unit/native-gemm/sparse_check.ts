/**
 * Multiplies matrices that are in part zero with the instruction set in force (LAMINA_SIMD) and prints one JSON line: the largest error of products that skip zeros, and
 * the products that differ from those that do not, or between 1, 2 and 4 threads. Run by sparse.test.ts in a process of its own, as the level is chosen once a process.
 */
import { loadNative, type Zeros } from '../../../engine/native/index.ts'
import { pseudoRandom } from '../../bench/kernels/mlp_step.ts'
import { nmse } from './nmse.ts'

const addon = loadNative()
addon.setCoreBudget(4)
const random = pseudoRandom(20261128)
const densities = [0, 0.1, 0.5, 0.9, 1]

// Odd sizes, one and more stretches of K, several passes over it, more rows than lists are held of, split K, and the shapes of W2.
const shapes: [number, number, number][] = [
  [1, 1, 1],
  [5, 7, 3],
  [16, 64, 128],
  [17, 65, 129],
  [31, 15, 144],
  [130, 97, 130],
  [33, 130, 513],
  [300, 70, 257],
  [60, 33, 1100],
  [40, 50, 5000],
  [128, 256, 784],
  [784, 256, 128],
]

/** About `density` of them not zero; half of the zeros negative. */
function draw(length: number, density: number): Float32Array {
  return Float32Array.from({ length }, () => {
    const value = 2 * random() - 1
    return random() < density ? value : value < 0 ? -0 : 0
  })
}

let worst = 0
let worstCase = ''
let cases = 0
const differing: string[] = []
for (const [m, n, k] of shapes)
  for (const [ta, tb] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const)
    for (const density of densities)
      for (const side of ['A', 'B'] as const) {
        const name = `${m}x${n}x${k}${ta ? ' Aᵀ' : ''}${tb ? ' Bᵀ' : ''}, ${side} ${100 * density} %`
        const a = draw(m * k, side === 'A' ? density : 1)
        const b = draw(k * n, side === 'B' ? density : 1)
        const product = (zeros: Zeros, threads: number) => {
          const c = new Float32Array(m * n).fill(Number.NaN)
          const [zerosOfA, zerosOfB] = side === 'A' ? [zeros, 'kept' as const] : ['kept' as const, zeros]
          addon.gemm(m, n, k, ta, tb, a, b, c, threads, 1, 'float32', zerosOfA, zerosOfB)
          return c
        }
        const skipped = product('skipped', 1)
        // The largest are compared with the product that does not skip alone, which gemm_check.ts compares with float64.
        const error = density === 0 || m * n * k > 4e6 ? 0 : nmse(m, n, k, ta, tb, a, b, skipped)
        if (!(error <= worst)) {
          worst = error
          worstCase = name
        }
        const same = (other: Float32Array) => other.every((value, i) => value === skipped[i])
        if (!same(product('kept', 1))) differing.push(`${name}: kept`)
        if (!same(product('counted', 1))) differing.push(`${name}: counted`)
        const bits = Buffer.from(skipped.buffer)
        for (const threads of [2, 4])
          if (!bits.equals(Buffer.from(product('skipped', threads).buffer)))
            differing.push(`${name}: ${threads} threads`)
        cases += 1
      }

/** An infinity in every row of B that only a zero meets: skipped it changes nothing, whatever the length of the lists. */
const finite = [1, 2, 3, 4, 5, 64, 127].every((present) => {
  const [m, n, k] = [40, 33, 128]
  const a = Float32Array.from({ length: m * k }, (_, i) => (i % k < present ? 1 : 0))
  const b = Float32Array.from({ length: k * n }, (_, i) => (i < present * n ? 1 : Number.POSITIVE_INFINITY))
  const c = new Float32Array(m * n)
  addon.gemm(m, n, k, false, false, a, b, c, 1, 1, 'float32', 'skipped')
  return c.every((value) => value === present)
})

/** What is no number in the factor whose zeros are skipped reaches all that it is multiplied by. */
const spreads = (['A', 'B'] as const).every((side) => {
  const [m, n, k] = [40, 70, 64]
  const [a, b, c] = [new Float32Array(m * k), new Float32Array(k * n), new Float32Array(m * n)]
  if (side === 'A') a[3 * k + 7] = Number.NaN
  else b[7 * n + 3] = Number.NaN
  addon.gemm(
    m,
    n,
    k,
    false,
    false,
    a,
    b,
    c,
    1,
    1,
    'float32',
    side === 'A' ? 'skipped' : 'kept',
    side === 'B' ? 'skipped' : 'kept',
  )
  return c.every((value, i) => Number.isNaN(value) === (side === 'A' ? Math.floor(i / n) === 3 : i % n === 3))
})

console.log(JSON.stringify({ simd: addon.info().simd, cases, worst, worstCase, differing, finite, spreads }))
