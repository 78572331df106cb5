/**
 * Kernels alone, each a program of one instruction: microseconds, bytes moved a second, and their share of what bare additions and
 * multiplications over three arrays (`triad`) reach where the operands lie.
 *
 *     node test/bench/kernels/single.bench.ts [groups ...] [--threads n]        (default: all groups, 1 thread)
 *
 * Two sizes each: all operands within a second-level cache, and far beyond the third. Bytes are those of the operands, once each; where a kernel has to
 * read one twice (statistics first), twice. An update writes where it has read, which spares the line that the triad fetches only to write it: shares above 100 %. `gather` copies the rows of a batch out of the data, float32 or bytes; its rows are in random order.
 */
import { fileURLToPath } from 'node:url'
import { loadNative } from '../../../engine/native/index.ts'
import type { MachinePeak, NativeSession } from '../../../engine/native/program.ts'
import { type KernelCase, kernelCases, type OperandCase } from './cases.ts'
import { pseudoRandom } from './mlp_step.ts'
import { ProgramBuilder } from './program_builder.ts'

const REPEATS = 7
const SECONDS_A_REPEAT = 0.04
/** Bytes of all operands together, a thread. */
const sizes = { 'second-level cache': 320 * 1024, memory: 96 * 2 ** 20 }
const FLOAT = 4

const native = loadNative()
const random = pseudoRandom(11)

const growing = ({ shape }: OperandCase) => shape.length === 0 || shape[0] === -1
const elements = ({ shape }: OperandCase, samples: number) => (shape.length === 0 ? samples : shape.reduce((product, size) => product * (size < 0 ? samples : size), 1)) // biome-ignore format: one expression

function numbersOf(operand: OperandCase, samples: number): Float32Array {
  const [least, most] = operand.between ?? [-2, 2]
  return Float32Array.from({ length: elements(operand, samples) }, () => {
    const value = least + random() * (most - least)
    return operand.whole ? Math.floor(value) : value
  })
}

/** What one instruction reads and writes. */
function bytesOf({ inputs, outputs }: KernelCase, samples: number): number {
  const of = (operand: OperandCase | null) => (operand ? (operand.share ?? 1) * elements(operand, samples) * FLOAT : 0)
  return [...inputs, ...outputs.map((output) => (typeof output === 'number' ? (inputs[output] ?? null) : output))]
    .map(of)
    .reduce((sum, bytes) => sum + bytes, 0)
}

/** Samples (numbers, for what has no batch) with which the operands that grow take so many bytes. */
function samplesFor({ inputs, outputs }: KernelCase, bytes: number): number {
  const operands = [...inputs, ...outputs].filter((operand) => operand !== null && typeof operand !== 'number')
  const each = operands.filter(growing).reduce((sum, operand) => sum + elements(operand, 1) * FLOAT, 0)
  return Math.max(1, Math.floor(bytes / each))
}

interface Timed {
  /** Runs so many steps; resolves to seconds. */
  run(steps: number): Promise<number>
  dispose(): void
}

/** A session whose only instruction is this one. */
function single(item: KernelCase, samples: number, threads: number): Timed {
  const batched = [...item.inputs, ...item.outputs].some((operand) => operand !== null && typeof operand !== 'number' && operand.shape[0] === -1) // biome-ignore format: one condition
  const builder = new ProgramBuilder(batched ? samples : 1)
  const place = (operand: OperandCase) =>
    builder.persistent(...(operand.shape.length === 0 ? [samples] : operand.shape))
  const inputs = item.inputs.map((operand) => (operand ? place(operand) : -1))
  const outputs = item.outputs.map((output) => (output === null ? -1 : typeof output === 'number' ? (inputs[output] as number) : place(output))) // biome-ignore format: one choice
  builder.emit(item.kernel, inputs, outputs, item.attributes)
  const session = native.createSession({
    programs: { main: builder.build(0) },
    persistentFloats: builder.persistentFloats,
    threads,
    seed: 1,
  })
  for (const [index, operand] of item.inputs.entries())
    if (operand) session.writePersistent(builder.offsetOf(inputs[index] as number), numbersOf(operand, samples))
  return runs(session, batched ? samples : 1, () => 0)
}

/** A session that gathers rows of `features` numbers and does nothing with them. */
function gatherer(bytes: boolean, samples: number, features: number, rows: number, threads: number): Timed {
  const builder = new ProgramBuilder(samples)
  builder.feed(0, -1, features)
  const session = native.createSession({ programs: { main: builder.build(0) }, persistentFloats: 0, threads, seed: 1 })
  const length = rows * features
  session.bind([{ data: bytes ? new Uint8Array(length).fill(7) : new Float32Array(length).fill(0.5), rowSize: features, scale: 1 / 255 }]) // biome-ignore format: one slot
  return runs(session, samples, (at) => (at * 7919) % rows)
}

/** Steps that visit the rows `rowAt` names, as many as are asked for. */
function runs(session: NativeSession, samples: number, rowAt: (at: number) => number): Timed {
  let rows = new Int32Array()
  return {
    async run(steps) {
      const length = steps * samples
      if (rows.length !== length) rows = Int32Array.from({ length }, (_, at) => rowAt(at))
      const request = { program: 'main', rows, batchSize: samples, learningRates: Float64Array.of(1e-9), iteration: 0 }
      return (await session.run(request)).seconds
    },
    dispose: () => session.dispose(),
  }
}

/** Seconds a step: the median of several repeats. */
async function secondsOf({ run, dispose }: Timed): Promise<number> {
  await run(1)
  const steps = Math.max(1, Math.min(20_000, Math.round(SECONDS_A_REPEAT / (await run(1)))))
  const times: number[] = []
  for (let repeat = 0; repeat < REPEATS; repeat += 1) times.push((await run(steps)) / steps)
  dispose()
  return times.sort((a, b) => a - b)[REPEATS >> 1] as number
}

/** Of the triad whose arrays are about as large. */
function bandwidthAt(peak: MachinePeak, bytesAThread: number): number {
  const far = ({ workingSetBytes }: { workingSetBytes: number }) => Math.abs(Math.log(workingSetBytes / bytesAThread))
  return [...peak.bandwidths].sort((a, b) => far(a) - far(b))[0]?.gigabytesPerSecond ?? Number.NaN
}

function show(name: string, kernel: string, where: string, seconds: number, bytes: number, bandwidth: number): void {
  const rate = (bytes / seconds) * 1e-9
  const figures = `${(seconds * 1e6).toFixed(2).padStart(10)} µs ${rate.toFixed(1).padStart(7)} GB/s`
  const share = `${((100 * rate) / bandwidth).toFixed(0).padStart(4)} %`
  console.log(`  ${name.padEnd(36)} ${kernel.padEnd(30)} ${where.padEnd(18)} ${figures} ${share}`)
}

const words = process.argv.slice(2)
const at = words.indexOf('--threads')
const threads = at < 0 ? 1 : Number(words[at + 1])
const asked = words.filter((_, index) => at < 0 || (index !== at && index !== at + 1))
export const groups = [...new Set(kernelCases.map(({ group }) => group)), 'gather']

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const peak = await native.measurePeak(threads)
  for (const group of groups.filter((name) => asked.length === 0 || asked.includes(name))) {
    console.log(`${group}, ${native.info().simd}, ${threads} thread(s); share of triad`)
    for (const item of kernelCases.filter((each) => each.group === group))
      for (const [where, bytes] of Object.entries(sizes)) {
        const samples = samplesFor(item, bytes * threads)
        const seconds = await secondsOf(single(item, samples, threads))
        show(item.name, item.kernel, where, seconds, bytesOf(item, samples), bandwidthAt(peak, bytes))
      }
    if (group !== 'gather') continue
    for (const [bytes, size] of [[false, FLOAT], [true, 1]] as const) // biome-ignore format: two kinds
      for (const [where, rows] of [
        ['data in cache', 256],
        ['data in memory', 60_000],
      ] as const) {
        // biome-ignore format: two places
        const [samples, features] = [128, 784]
        const seconds = await secondsOf(gatherer(bytes, samples, features, rows, threads))
        const name = `128 rows of 784 ${bytes ? 'bytes' : 'floats'}`
        const level = bandwidthAt(peak, rows > samples * 8 ? sizes.memory : sizes['second-level cache'])
        show(name, 'gather', where, seconds, samples * features * (size + FLOAT), level)
      }
  }
}
