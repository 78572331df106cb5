/**
 * GFLOP/s of the matrix product and its share of the measured peak of fused multiply-adds, on the shapes of W2 and on squares. Then products that may skip zeros of one factor, by the part of it
 * that is not zero: GFLOP/s of the product, skipped multiplications included, so that shares may exceed 100 %.
 *
 *     node test/bench/kernels/gemm.bench.ts [threads ...]        (default: 1 2)
 *
 * Medians of several turns. Multiply-adds are measured before and after each turn, both as the best of five stretches like the product, and a share is taken of their mean: what a virtual
 * machine gives changes within seconds. On two threads the turns count in which the second brought
 * at least 0.8 of a core to the multiply-adds before and after (all, when those are fewer than three); how many they are is printed. LAMINA_SIMD forces a lower instruction set (the peak stays that of the best one it allows).
 */
import { median } from '../../../engine/bench/compare.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { pseudoRandom } from './mlp_step.ts'

const TURNS = 9
const FLOPS_A_TURN = 4e9
/** The addon times so many stretches of repetitions one by one. */
const STRETCHES = 5
/** Multiply-adds by so many times those of one thread are two cores at work. */
const TWO_CORES = 1.8
const LEAST_TURNS = 3

const shapes: [string, number, number, number, boolean, boolean][] = [
  ['W2 layer 1 forward', 128, 256, 784, false, false],
  ['W2 layer 1 weights', 784, 256, 128, true, false],
  ['W2 layer 2 forward', 128, 128, 256, false, false],
  ['W2 layer 2 weights', 256, 128, 128, true, false],
  ['W2 layer 2 input', 128, 256, 128, false, true],
  ['W2 layer 3 forward', 128, 10, 128, false, false],
  ['W1 layer 2 forward', 16, 16, 16, false, false],
  ['64 x 784 x 256', 64, 256, 784, false, false],
  ['W6 query', 3200, 64, 64, false, false],
  ['W6 query, key, value', 3200, 64, 192, false, true],
  ['W6 query weights', 64, 64, 3200, true, false],
  ['square', 256, 256, 256, false, false],
  ['square', 512, 512, 512, false, false],
  ['square', 1024, 1024, 1024, false, false],
]

/** What stands behind relu and dropout, or before them: the factor with the zeros is A or B. */
const skipping: [string, number, number, number, boolean, boolean, 'A' | 'B'][] = [
  ['W2 layer 1 forward', 128, 256, 784, false, false, 'A'],
  ['W2 layer 1 weights', 784, 256, 128, true, false, 'A'],
  ['W2 layer 1 weights', 784, 256, 128, true, false, 'B'],
  ['W2 layer 2 input', 128, 256, 128, false, true, 'A'],
  ['W6 second layer', 3200, 64, 128, false, false, 'A'],
  ['W6 second weights', 128, 64, 3200, true, false, 'A'],
]
const densities = [0.2, 0.4, 0.5, 0.7, 1]

const addon = loadNative()
const threadCounts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 2]
const random = pseudoRandom(3)
const multiplyAdds = async (threads: number) => (await addon.measurePeak(threads, false)).gflops
const oneThread = await multiplyAdds(1)
const draw = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1)

for (const threads of threadCounts) {
  let before = await multiplyAdds(threads)
  console.log(`${addon.info().simd}, ${threads} thread(s), peak ${before.toFixed(0)} GFLOP/s at the start`)
  /** Prints the median of several turns of one product, and how it compares with the peak before and after each. */
  const time = async (label: string, flops: number, once: (repetitions: number) => number) => {
    const repetitions = Math.max(STRETCHES, Math.round(FLOPS_A_TURN / flops))
    const all: { rate: number; share: number; wholeCores: boolean }[] = []
    for (let turn = 0; turn < TURNS; turn += 1) {
      const rate = (flops / once(repetitions)) * 1e-9
      const after = await multiplyAdds(threads)
      const wholeCores = threads !== 2 || Math.min(before, after) >= TWO_CORES * oneThread
      all.push({ rate, share: (2 * rate) / (before + after), wholeCores })
      before = after
    }
    const whole = all.filter(({ wholeCores }) => wholeCores)
    const counted = whole.length >= LEAST_TURNS ? whole : all
    const rate = median(counted.map(({ rate }) => rate))
    const share = median(counted.map(({ share }) => share))
    const cores = threads === 2 ? `  ${whole.length} of ${TURNS} turns on two cores` : ''
    const figures = `${((flops / rate) * 1e-3).toFixed(2).padStart(10)} µs ${rate.toFixed(1).padStart(7)} GFLOP/s`
    console.log(`  ${label} ${figures} ${(100 * share).toFixed(0).padStart(4)} %${cores}`)
  }
  const labelOf = (name: string, m: number, n: number, k: number, ta: boolean, tb: boolean) =>
    `${name.padEnd(20)} ${`${m} x ${n} x ${k}${ta ? ', A turned' : ''}${tb ? ', B turned' : ''}`.padEnd(28)}`
  for (const [name, m, n, k, ta, tb] of shapes) {
    const [a, b, c] = [draw(m * k), draw(k * n), new Float32Array(m * n)]
    await time(labelOf(name, m, n, k, ta, tb), 2 * m * n * k, (repetitions) =>
      addon.gemm(m, n, k, ta, tb, a, b, c, threads, repetitions),
    )
  }
  for (const [name, m, n, k, ta, tb, side] of skipping)
    for (const density of densities) {
      const [a, b, c] = [draw(m * k), draw(k * n), new Float32Array(m * n)]
      const factor = side === 'A' ? a : b
      for (let at = 0; at < factor.length; at += 1) if (random() >= density) factor[at] = 0
      const zeros = [side === 'A' ? 'counted' : 'kept', side === 'B' ? 'counted' : 'kept'] as const
      const label = `${labelOf(name, m, n, k, ta, tb)} ${side} ${(100 * density).toFixed(0).padStart(3)} %`
      await time(label, 2 * m * n * k, (repetitions) =>
        addon.gemm(m, n, k, ta, tb, a, b, c, threads, repetitions, 'float32', ...zeros),
      )
    }
}
