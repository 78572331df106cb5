/**
 * Multiplies matrices of many shapes with the instruction set in force (LAMINA_SIMD) and prints one JSON line: the largest error, and the
 * shapes whose bits differ between 1, 2 and 4 threads. With the argument `bfloat16` both factors are rounded to it, by the product and for comparison. Run by gemm.test.ts in a process of its own, as the level is chosen once a process.
 */
import { loadNative, type Precision } from '../../../engine/native/index.ts'
import { pseudoRandom } from '../../bench/kernels/mlp_step.ts'
import { nmse } from './nmse.ts'

const precision = (process.argv[2] ?? 'float32') as Precision
const addon = loadNative()
addon.setCoreBudget(4)
const random = pseudoRandom(20261121)
const draw = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1)

/** Rounded to bfloat16, half to even, as the product itself does. */
function rounded(values: Float32Array): Float32Array {
  if (precision !== 'bfloat16') return values
  const bits = new Uint32Array(Float32Array.from(values).buffer)
  return new Float32Array(bits.map((word) => (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000).buffer)
}

const edges = [1, 2, 3, 5, 8, 13, 14, 15, 17, 31, 33, 47, 64, 97, 130]
const depths = [1, 2, 3, 4, 7, 16, 31, 65, 130]
const shapes: [number, number, number][] = []
for (const m of edges) for (const n of edges) shapes.push([m, n, depths[(m * 7 + n * 3) % depths.length] as number])
for (const k of depths) shapes.push([1, 1, k], [29, 37, k], [128, 10, k])
// Several passes over K, several tasks and strips of columns, rows of A whole pages apart, split K, and the shapes of W2.
shapes.push(
  [9, 40, 513],
  [60, 33, 1100],
  [300, 200, 256],
  [300, 200, 512],
  [257, 515, 64],
  [20, 140, 1024],
  [1024, 130, 31],
  [8, 24, 2048],
  [40, 50, 5000],
  [1, 1, 20000],
)
shapes.push([128, 256, 784], [784, 256, 128], [128, 128, 256], [128, 128, 10])

let worst = 0
let worstShape = ''
let cases = 0
const differing: string[] = []
for (const [m, n, k] of shapes)
  for (const ta of [false, true])
    for (const tb of [false, true]) {
      const name = `${m}x${n}x${k}${ta ? ' Aᵀ' : ''}${tb ? ' Bᵀ' : ''}`
      const a = draw(m * k)
      const b = draw(k * n)
      const product = (threads: number) => {
        const c = new Float32Array(m * n).fill(Number.NaN)
        addon.gemm(m, n, k, ta, tb, a, b, c, threads, 1, precision)
        return c
      }
      const single = product(1)
      const error = nmse(m, n, k, ta, tb, rounded(a), rounded(b), single)
      if (!(error <= worst)) {
        worst = error
        worstShape = name
      }
      const bits = Buffer.from(single.buffer)
      if ([2, 4].some((threads) => !bits.equals(Buffer.from(product(threads).buffer)))) differing.push(name)
      cases += 1
    }
console.log(JSON.stringify({ simd: addon.info().simd, cases, worst, worstShape, differing }))
