/**
 * GFLOP/s of the matrix product and its share of the measured peak of fused multiply-adds, on the shapes of W2 and on squares.
 *
 *     node test/bench/kernels/gemm.bench.ts [threads ...]        (default: 1 2)
 *
 * Median of several repeats; LAMINA_SIMD forces a lower instruction set (the peak stays that of the best one it allows).
 */
import { loadNative } from '../../../engine/native/index.ts'
import { pseudoRandom } from './mlp_step.ts'

const REPEATS = 9
const FLOPS_A_REPEAT = 5e8

const shapes: [string, number, number, number, boolean, boolean][] = [
  ['W2 layer 1 forward', 128, 256, 784, false, false],
  ['W2 layer 1 weights', 784, 256, 128, true, false],
  ['W2 layer 2 forward', 128, 128, 256, false, false],
  ['W2 layer 2 weights', 256, 128, 128, true, false],
  ['W2 layer 2 input', 128, 256, 128, false, true],
  ['W2 layer 3 forward', 128, 10, 128, false, false],
  ['W1 layer 2 forward', 16, 16, 16, false, false],
  ['64 x 784 x 256', 64, 256, 784, false, false],
  ['square', 256, 256, 256, false, false],
  ['square', 512, 512, 512, false, false],
  ['square', 1024, 1024, 1024, false, false],
]

const addon = loadNative()
const threadCounts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 2]
const random = pseudoRandom(3)
const draw = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1)

for (const threads of threadCounts) {
  const peak = (await addon.measurePeak(threads)).gflops
  console.log(`${addon.info().simd}, ${threads} thread(s), peak ${peak.toFixed(0)} GFLOP/s`)
  for (const [name, m, n, k, ta, tb] of shapes) {
    const [a, b, c] = [draw(m * k), draw(k * n), new Float32Array(m * n)]
    const flops = 2 * m * n * k
    const repetitions = Math.min(20_000, Math.max(1, Math.round(FLOPS_A_REPEAT / flops)))
    const seconds = Array.from({ length: REPEATS }, () => addon.gemm(m, n, k, ta, tb, a, b, c, threads, repetitions))
    const median = seconds.sort((x, y) => x - y)[Math.floor(REPEATS / 2)] as number
    const rate = (flops / median) * 1e-9
    const shape = `${m} x ${n} x ${k}${ta ? ', A turned' : ''}${tb ? ', B turned' : ''}`
    const figures = `${(median * 1e6).toFixed(2).padStart(10)} µs ${rate.toFixed(1).padStart(7)} GFLOP/s`
    console.log(`  ${name.padEnd(20)} ${shape.padEnd(28)} ${figures} ${((100 * rate) / peak).toFixed(0).padStart(4)} %`)
  }
}
