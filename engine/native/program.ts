import type { Shape } from '../base/shape.ts'

/** Where a value's floats live. */
export const Space = { arena: 0, persistent: 1, constant: 2 } as const

/** The widest tensor a program can hold. */
export const MAX_RANK = 6

/** Ints of one record of `Program.values`: `[space, offset, rank, d0 .. d5]`; a dimension -k is k * n, n being the samples of the batch at hand. */
export const VALUE_STRIDE = 3 + MAX_RANK

/**
 * What the compiler hands to the native session: flat typed arrays, loaded and checked once, then run unchecked.
 *
 * Offsets are in floats and multiples of 16 (64 bytes); they are planned for `batchCapacity` samples. A batch may hold fewer.
 */
export interface Program {
  version: 1
  /** Kernel names; an instruction's opcode is an index into it. */
  kernels: readonly string[]
  batchCapacity: number
  /** Size of the arena, shared by all temporaries. */
  arenaFloats: number
  values: Int32Array
  /** Instructions in order: `[opcode, inputs, outputs, attributes, attributeBase, in.., out..]`; in and out are value ids, -1 = absent optional input. */
  code: Int32Array
  /** Attributes of all instructions, each op's in the order it declares them; booleans 0/1, choices by index, a list as its length and then its items. */
  attributes: Float64Array
  constants: Float32Array
  /** `[value, slot]` pairs: before a batch runs, rows of data slot `slot` are gathered into `value`. */
  feeds: Int32Array
  /** Value ids that `run` copies out, row by row, in order. */
  outputs: Int32Array
  /**
   * Instructions from `first` up to `end` run only in the last of each `every` steps, with the number of such steps in place of the
   * iteration: the update of parameters where gradients are gathered over several. Every step updates when it is left out.
   */
  update?: { every: number; first: number; end: number }
  /** How many learning rates a step has where it is not one, and `[instruction, rate]` pairs of what goes by another than the first. */
  learningRates?: { count: number; of: Int32Array }
  /** Number of float64 accumulators that `accumulate` instructions add to. */
  accumulators: number
}

/** A named range of a session's persistent memory: weights, moving statistics, optimiser slots. */
export interface PersistentEntry {
  name: string
  role: 'parameter' | 'state' | 'slot'
  offset: number
  shape: Shape
}

/** Float32 rows, or bytes that are read as `byte * scale + shift`. Memory may be shared; it must not change while bound. */
export interface DataSlot {
  data: Float32Array | Uint8Array
  /** Elements a row. */
  rowSize: number
  scale?: number
  shift?: number
}

export type Precision = 'float32' | 'bfloat16' | 'bfloat16x3'

export interface SessionOptions {
  programs: Readonly<Record<string, Program>>
  persistentFloats: number
  /** In what numbers matrix products are computed; default `float32`. Sums, weights and all else stay float32. */
  precision?: Precision
  /** 1 to 64; the pool never uses more cores than its budget over all sessions. Results do not depend on it. */
  threads: number
  seed: number
}

export interface RunRequest {
  program: string
  /** Row numbers in the order they are to be visited. */
  rows: Int32Array
  batchSize: number
  /** The learning rates of a step (one, unless the program has more): once for all steps, or step after step. */
  learningRates: Float64Array
  /** Optimiser steps taken before this run: keys the random numbers and Adam's bias correction (first step uses iteration + 1). */
  iteration: number
  /** One array per program output, rows.length * row elements each, written in the order of `rows`. */
  outputs?: Float32Array[]
  /** What the accumulators begin with (zeros when absent): a run that was cancelled goes on with the sums it had. */
  accumulators?: Float64Array
  /** Stop at the first batch whose accumulators are not finite. */
  stopWhenNotFinite?: boolean
}

export interface RunResult {
  /** Steps completed (equal to all unless stopped). */
  steps: number
  samples: number
  accumulators: Float64Array
  seconds: number
  stopped: 'no' | 'cancelled' | 'not-finite'
}

export interface RunProgress {
  running: boolean
  paused: boolean
  step: number
  steps: number
  samples: number
  accumulators: Float64Array
}

/** Time spent in one instruction of a program since profiling was switched on. */
export interface ProfileEntry {
  program: string
  instruction: number
  kernel: string
  calls: number
  seconds: number
}

/** A native session: one persistent memory, one arena, several programs over them. Calls are checked; misuse throws. */
export interface NativeSession {
  bind(slots: readonly DataSlot[]): void
  readPersistent(offset: number, length: number): Float32Array
  writePersistent(offset: number, data: Float32Array): void
  /** Runs off the JavaScript thread; one run at a time. Rejects only on misuse; a cancelled run resolves with what was done. */
  run(request: RunRequest): Promise<RunResult>
  /** Ends the run that goes on after its current batch, and lifts a pause. */
  cancel(): void
  /** Holds the run that goes on after its current batch, or the next run before its first, until `resume` or `cancel`. */
  pause(): void
  resume(): void
  progress(): RunProgress
  /** What was measured so far; then switches profiling on (from zero, when it was off) or off. */
  profile(enable: boolean): ProfileEntry[]
  dispose(): void
}

export interface NativeInfo {
  version: string
  simd: 'avx512' | 'avx2' | 'neon' | 'plain'
  /** The processor has instructions for products of bfloat16 numbers. */
  bfloat16: boolean
  /** It has tiles of them (AMX), and this process may use them. */
  amx: boolean
  cores: number
  kernels: readonly string[]
}

/** Machine limits: what a program can reach at most with so many threads. */
export interface MachinePeak {
  threads: number
  /** Fused multiply-adds from registers, counting 2 each. */
  gflops: number
  /** a[i] = b[i] + s * c[i] over arrays that take so many bytes a thread, from the first-level cache outwards; the last is memory. */
  bandwidths: readonly { workingSetBytes: number; gigabytesPerSecond: number }[]
}

/** What a product does about zeros in a factor: multiplies by them (default), skips them where that is faster, skips them wherever it can. */
export type Zeros = 'kept' | 'counted' | 'skipped'

export interface NativeAddon {
  info(): NativeInfo
  /** Throws `native.invalid-program` with the instruction when anything does not fit. */
  createSession(options: SessionOptions): NativeSession
  philox(counter: readonly number[], key: readonly number[]): Uint32Array
  /** C = op(A) * op(B), row-major, for tests and micro-benchmarks; returns seconds per repetition, of five or more the fewest of five stretches. */
  gemm(
    m: number,
    n: number,
    k: number,
    transposeA: boolean,
    transposeB: boolean,
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    threads: number,
    repetitions: number,
    precision?: Precision,
    zerosOfA?: Zeros,
    zerosOfB?: Zeros,
  ): number
  /** Takes about half a second (30 ms without bandwidths), off the JavaScript thread; nothing else should run meanwhile. */
  measurePeak(threads: number, bandwidths?: boolean): Promise<MachinePeak>
  setCoreBudget(cores: number): void
}
