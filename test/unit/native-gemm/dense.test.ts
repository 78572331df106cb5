import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import { pseudoRandom } from '../../bench/kernels/mlp_step.ts'
import { ProgramBuilder } from '../../bench/kernels/program_builder.ts'

const addon = loadNative()
addon.setCoreBudget(4)

type Tensor = { shape: number[]; data?: Float32Array }
type Given = Required<Tensor>

/** Runs one instruction over persistent operands; returns the outputs. `null` is an absent optional operand. */
async function runKernel(
  kernel: string,
  inputs: readonly (Tensor | null)[],
  outputs: readonly (number[] | null)[],
  attributes: readonly number[] = [],
  threads = 1,
): Promise<Float32Array[]> {
  const builder = new ProgramBuilder(1)
  builder.feed(0, -1, 1)
  const ins = inputs.map((tensor) => (tensor ? builder.persistent(...tensor.shape) : -1))
  const outs = outputs.map((shape) => (shape ? builder.persistent(...shape) : -1))
  builder.emit(kernel, ins, outs, attributes)
  const session = addon.createSession({
    programs: { one: builder.build(0) },
    persistentFloats: builder.persistentFloats,
    threads,
    seed: 1,
  })
  session.bind([{ data: new Float32Array(1), rowSize: 1 }])
  inputs.forEach((tensor, i) => {
    if (tensor?.data) session.writePersistent(builder.offsetOf(ins[i] as number), tensor.data)
  })
  await session.run({
    program: 'one',
    rows: Int32Array.of(0),
    batchSize: 1,
    learningRates: Float64Array.of(0),
    iteration: 0,
  })
  const results = outs
    .filter((value) => value >= 0)
    .map((value) => session.readPersistent(builder.offsetOf(value), builder.sizeOf(value)))
  session.dispose()
  return results
}

const random = pseudoRandom(5)
const tensor = (...shape: number[]): Required<Tensor> => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random() - 1),
})

const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 }
/** Abramowitz and Stegun 7.1.5: the series of erf, converged for the small arguments used here. */
function erf(x: number): number {
  let sum = x
  let term = x
  for (let n = 1; n < 60; n += 1) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
/** Index = encoding in docs/ops.md. */
const activations: [string, (x: number, alpha: number) => number][] = [
  ['linear', (x) => x],
  ['relu', (x) => Math.max(0, x)],
  ['sigmoid', sigmoid],
  ['tanh', Math.tanh],
  ['step', (x) => (x >= 0 ? 1 : 0)],
  ['leaky_relu', (x, alpha) => (x > 0 ? x : alpha * x)],
  ['elu', (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x))],
  ['selu', (x) => SELU.scale * (x > 0 ? x : SELU.alpha * Math.expm1(x))],
  ['gelu', (x) => x * 0.5 * (1 + erf(x / Math.SQRT2))],
  ['softplus', (x) => Math.log1p(Math.exp(x))],
  ['silu', (x) => x * sigmoid(x)],
]
/** Derivatives by the activation's output. */
const slopes: [number, string, number, (y: number, alpha: number) => number][] = [
  [1, 'relu', 0, (y) => (y > 0 ? 1 : 0)],
  [2, 'sigmoid', 0, (y) => y * (1 - y)],
  [3, 'tanh', 0, (y) => 1 - y * y],
  [5, 'leaky_relu', 0.3, (y, alpha) => (y > 0 ? 1 : alpha)],
  [6, 'elu', 0.5, (y, alpha) => (y > 0 ? 1 : y + alpha)],
]

function expectClose(actual: Float32Array, expected: readonly number[], tolerance: number) {
  expect(actual.length).toBe(expected.length)
  const largest = Math.max(...expected.map((e, i) => Math.abs(e - (actual[i] as number))))
  expect(largest).toBeLessThan(tolerance)
}

/** Rows of a times columns of b, float64. */
function multiply(
  rows: number,
  columns: number,
  depth: number,
  a: (i: number, p: number) => number,
  b: (p: number, j: number) => number,
) {
  const result: number[] = []
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < columns; j += 1) {
      let sum = 0
      for (let p = 0; p < depth; p += 1) sum += a(i, p) * b(p, j)
      result.push(sum)
    }
  return result
}

describe('dense', () => {
  it('computes a product worked by hand', async () => {
    const x = { shape: [2, 2], data: Float32Array.of(1, 2, -3, 4) }
    const w = { shape: [2, 3], data: Float32Array.of(1, 0, -1, 2, 1, 0.5) }
    const b = { shape: [3], data: Float32Array.of(0.5, -10, 0) }
    const [y] = await runKernel('dense', [x, w, b], [[2, 3]], [1, 0])
    expect([...(y as Float32Array)]).toEqual([5.5, 0, 0, 5.5, 0, 5])
  })

  it.each(activations.map(([name, f], index) => ({ name, f, index })))(
    'applies $name after the bias',
    async ({ f, index }) => {
      const [rows, inputs, outputs] = [23, 19, 37]
      const [x, w, b] = [tensor(rows, inputs), tensor(inputs, outputs), tensor(outputs)]
      const alpha = 0.3
      const [y] = await runKernel('dense', [x, w, b], [[rows, outputs]], [index, alpha])
      const product = multiply(
        rows,
        outputs,
        inputs,
        (i, p) => x.data[i * inputs + p] as number,
        (p, j) => w.data[p * outputs + j] as number,
      )
      const before = product.map((value, i) => value + (b.data[i % outputs] as number))
      const clear = before.every((value) => Math.abs(value) > 1e-5)
      expect(index !== 4 || clear).toBe(true)
      expectClose(
        y as Float32Array,
        before.map((value) => f(value, alpha)),
        1e-5,
      )
    },
  )

  it('works without a bias and over leading dimensions', async () => {
    const [x, w] = [tensor(3, 4, 5), tensor(5, 2)]
    const [y] = await runKernel('dense', [x, w, null], [[3, 4, 2]], [0, 0])
    const expected = multiply(
      12,
      2,
      5,
      (i, p) => x.data[i * 5 + p] as number,
      (p, j) => w.data[p * 2 + j] as number,
    )
    expectClose(y as Float32Array, expected, 1e-6)
  })

  it('refuses weights that do not fit', async () => {
    await expect(runKernel('dense', [tensor(3, 4), tensor(5, 2), null], [[3, 2]], [0, 0])).rejects.toMatchObject({
      details: { code: 'native.invalid-program', expected: 'weights [4, outputs]', received: '[5, 2]' },
    })
  })
})

describe('dense_input_gradient', () => {
  const [rows, inputs, outputs] = [21, 33, 18]

  it('multiplies by the transposed weights', async () => {
    const [dy, w] = [tensor(rows, outputs), tensor(inputs, outputs)]
    const [dx] = await runKernel('dense_input_gradient', [dy, w, null], [[rows, inputs]], [0, 0])
    const expected = multiply(
      rows,
      inputs,
      outputs,
      (i, p) => dy.data[i * outputs + p] as number,
      (p, j) => w.data[j * outputs + p] as number,
    )
    expectClose(dx as Float32Array, expected, 1e-5)
  })

  it.each(slopes)('goes on through activation %i (%s) by its output', async (activation, _, alpha, slope) => {
    const [dy, w, y] = [tensor(rows, outputs), tensor(inputs, outputs), tensor(rows, inputs)]
    const [dx] = await runKernel('dense_input_gradient', [dy, w, y], [[rows, inputs]], [activation, alpha])
    const product = multiply(
      rows,
      inputs,
      outputs,
      (i, p) => dy.data[i * outputs + p] as number,
      (p, j) => w.data[j * outputs + p] as number,
    )
    expectClose(
      dx as Float32Array,
      product.map((value, i) => value * slope(y.data[i] as number, alpha)),
      1e-5,
    )
  })

  it('refuses an activation whose derivative does not follow from its output', async () => {
    const [dy, w, y] = [tensor(4, 3), tensor(5, 3), tensor(4, 5)]
    const gelu = 8
    await expect(runKernel('dense_input_gradient', [dy, w, y], [[4, 5]], [gelu, 0])).rejects.toMatchObject({
      details: { code: 'native.invalid-program', received: expect.stringContaining('activation 8') },
    })
  })
})

/** Expects both results of `dense_parameter_gradient` to be the sums over rows in float64, up to `bound` and what float32 loses a row. */
async function expectParameterGradients(x: Given, dy: Given, bound: number): Promise<void> {
  const [rows, inputs, outputs] = [x.shape[0] as number, x.shape[1] as number, dy.shape[1] as number]
  const [dw, db] = await runKernel('dense_parameter_gradient', [x, dy], [[inputs, outputs], [outputs]])
  const expected = multiply(
    inputs,
    outputs,
    rows,
    (i, p) => x.data[p * inputs + i] as number,
    (p, j) => dy.data[p * outputs + j] as number,
  )
  expectClose(dw as Float32Array, expected, 3e-7 * rows + bound)
  const sums = multiply(
    1,
    outputs,
    rows,
    () => 1,
    (p, j) => dy.data[p * outputs + j] as number,
  )
  expectClose(db as Float32Array, sums, 3e-7 * rows + bound)
}

describe('dense_parameter_gradient', () => {
  it.each([
    [1, 1, 1],
    [7, 3, 5],
    [130, 33, 18],
    [3000, 17, 9],
  ])('sums %i rows into weights %i x %i and their bias', async (rows, inputs, outputs) => {
    await expectParameterGradients(tensor(rows, inputs), tensor(rows, outputs), 1e-6)
  })

  it('works without a bias', async () => {
    const [x, dy] = [tensor(6, 4), tensor(6, 2)]
    const withBias = await runKernel('dense_parameter_gradient', [x, dy], [[4, 2], [2]])
    const without = await runKernel('dense_parameter_gradient', [x, dy], [[4, 2], null])
    expect(without).toHaveLength(1)
    expect(without[0]).toEqual(withBias[0])
  })
})

describe('dense kernels on activations that are mostly zero', () => {
  // What is skipped meets an infinity, where there is code for it, so that the test fails if nothing is skipped.
  const untouched = addon.info().simd === 'avx512' ? Number.POSITIVE_INFINITY : 1
  const [rows, inputs, outputs] = [97, 150, 73]

  /** A fifth of it is not zero, and nothing in its first column. */
  function sparse(...shape: [number, number]): Required<Tensor> {
    const { data } = tensor(...shape)
    return { shape, data: data.map((value, i) => (i % shape[1] > 0 && random() < 0.2 ? 0.3 * value : 0)) }
  }

  it.each(activations.map(([name, f], index) => ({ name, f, index })))(
    'dense applies $name after the bias',
    async ({ f, index }) => {
      const [x, w, b] = [sparse(rows, inputs), tensor(inputs, outputs), tensor(outputs)]
      w.data.fill(untouched, 0, outputs)
      const [y] = await runKernel('dense', [x, w, b], [[rows, outputs]], [index, 0.3])
      const product = multiply(
        rows,
        outputs,
        inputs - 1,
        (i, p) => x.data[i * inputs + p + 1] as number,
        (p, j) => w.data[(p + 1) * outputs + j] as number,
      )
      const expected = product.map((value, i) => f(value + (b.data[i % outputs] as number), 0.3))
      expectClose(y as Float32Array, expected, 1e-5)
    },
  )

  it.each(slopes)('dense_input_gradient goes on through activation %i (%s)', async (activation, _, alpha, slope) => {
    const [dy, w, y] = [sparse(rows, outputs), tensor(inputs, outputs), tensor(rows, inputs)]
    for (let i = 0; i < inputs; i += 1) w.data[i * outputs] = untouched
    const [dx] = await runKernel('dense_input_gradient', [dy, w, y], [[rows, inputs]], [activation, alpha])
    const product = multiply(
      rows,
      inputs,
      outputs - 1,
      (i, p) => dy.data[i * outputs + p + 1] as number,
      (p, j) => w.data[j * outputs + p + 1] as number,
    )
    const expected = product.map((value, i) => value * slope(y.data[i] as number, alpha))
    expectClose(dx as Float32Array, expected, 1e-5)
  })

  it('dense_residual and dense_input_gradients add what they are given', async () => {
    const [x, w, b, residual] = [sparse(rows, inputs), tensor(inputs, outputs), tensor(outputs), tensor(rows, outputs)]
    w.data.fill(untouched, 0, outputs)
    const [product] = await runKernel('dense', [x, w, null], [[rows, outputs]], [0, 0])
    const [y] = await runKernel('dense_residual', [x, w, b, residual], [[rows, outputs]], [1, 0])
    const sums = [...(product as Float32Array)].map(
      (value, i) => value + (residual.data[i] as number) + (b.data[i % outputs] as number),
    )
    expectClose(
      y as Float32Array,
      sums.map((value) => Math.max(0, value)),
      1e-6,
    )

    const [dy, other] = [sparse(rows, outputs), tensor(rows, outputs)]
    const [v, u, before] = [tensor(inputs, outputs), tensor(inputs, outputs), tensor(rows, inputs)]
    for (let i = 0; i < inputs; i += 1) v.data[i * outputs] = untouched
    const [first] = await runKernel('dense_input_gradient', [dy, v, null], [[rows, inputs]], [0, 0])
    const [second] = await runKernel('dense_input_gradient', [other, u, null], [[rows, inputs]], [0, 0])
    const [dx] = await runKernel('dense_input_gradients', [null, before, dy, v, other, u], [[rows, inputs]], [0, 0])
    const total = [...before.data].map(
      (value, i) => value + ((first as Float32Array)[i] as number) + ((second as Float32Array)[i] as number),
    )
    expectClose(dx as Float32Array, total, 1e-5)
  })

  it.each([
    ['x', rows],
    ['dy', rows],
    ['x', 2100],
    ['dy', 2100],
  ])('dense_parameter_gradient skips zeros of %s over %i rows', async (side, count) => {
    const [x, dy] =
      side === 'x' ? [sparse(count, inputs), tensor(count, outputs)] : [tensor(count, inputs), sparse(count, outputs)]
    await expectParameterGradients(x, dy, 1e-5)
  })

  it('gives the same bits on 1, 2 and 4 threads', async () => {
    const cases: [string, (Tensor | null)[], (number[] | null)[], number[]][] = [
      ['dense', [sparse(301, 515), tensor(515, 67), tensor(67)], [[301, 67]], [3, 0]],
      ['dense_input_gradient', [sparse(301, 67), tensor(515, 67), tensor(301, 515)], [[301, 515]], [2, 0]],
      ['dense_parameter_gradient', [sparse(1301, 115), tensor(1301, 67)], [[115, 67], [67]], []],
      ['dense_parameter_gradient', [tensor(1301, 115), sparse(1301, 67)], [[115, 67], [67]], []],
      ['dense_parameter_gradient', [sparse(5001, 65), tensor(5001, 77)], [[65, 77], [77]], []],
    ]
    for (const [kernel, inputs, outputs, attributes] of cases) {
      const run = (threads: number) => runKernel(kernel, inputs, outputs, attributes, threads)
      const one = await run(1)
      expect(await run(2)).toEqual(one)
      expect(await run(4)).toEqual(one)
    }
  })
})

describe('dense kernels on several threads', () => {
  const cases: [string, (Tensor | null)[], (number[] | null)[], number[]][] = [
    ['dense', [tensor(301, 515), tensor(515, 67), tensor(67)], [[301, 67]], [3, 0]],
    ['dense_input_gradient', [tensor(301, 67), tensor(515, 67), tensor(301, 515)], [[301, 515]], [2, 0]],
    ['dense_parameter_gradient', [tensor(1301, 115), tensor(1301, 67)], [[115, 67], [67]], []],
    ['dense_parameter_gradient', [tensor(5001, 15), tensor(5001, 27)], [[15, 27], [27]], []],
  ]
  it.each(cases)('%s gives the same bits on 1, 2 and 4', async (kernel, inputs, outputs, attributes) => {
    const [one, two, four] = await Promise.all(
      [1, 2, 4].map((threads) => runKernel(kernel, inputs, outputs, attributes, threads)),
    )
    expect(two).toEqual(one)
    expect(four).toEqual(one)
  })
})
