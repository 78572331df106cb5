/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four 32-bit words from a 128-bit counter
 * and a 64-bit key, with no state. The native kernels hold the same function; a golden test keeps both equal.
 *
 * Key = the 64-bit seed (low, high). Counter = (block, step, stream, epochOrZero), so that every number is addressed by what it is for.
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array = new Uint32Array(4),
): Uint32Array {
  let c0 = counter[0] >>> 0
  let c1 = counter[1] >>> 0
  let c2 = counter[2] >>> 0
  let c3 = counter[3] >>> 0
  let k0 = key[0] >>> 0
  let k1 = key[1] >>> 0
  for (let round = 0; round < 10; round += 1) {
    const hi0 = multiplyHigh(0xd2511f53, c0)
    const lo0 = Math.imul(0xd2511f53, c0) >>> 0
    const hi1 = multiplyHigh(0xcd9e8d57, c2)
    const lo1 = Math.imul(0xcd9e8d57, c2) >>> 0
    c0 = (hi1 ^ c1 ^ k0) >>> 0
    c1 = lo1
    c2 = (hi0 ^ c3 ^ k1) >>> 0
    c3 = lo0
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
  return out
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16
  const aLow = a & 0xffff
  const bHigh = b >>> 16
  const bLow = b & 0xffff
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const cross = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0
}

/** Streams keep uses apart that share a seed. Layer streams (dropout) are 1000 + the layer's ordinal. */
export const Stream = {
  initialization: 1,
  shuffle: 2,
  split: 3,
  sampler: 4,
  folds: 5,
  generatedData: 6,
  layers: 1000,
} as const

/** A sequential reader over one (seed, stream, substream) of Philox. */
export class Random {
  readonly #key: [number, number]
  readonly #stream: number
  readonly #substream: number
  #block = 0
  #used = 4
  #words = new Uint32Array(4)

  constructor(seed: number, stream: number, substream = 0) {
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]
    this.#stream = stream
    this.#substream = substream
  }

  /** A uniform 32-bit integer. */
  word(): number {
    if (this.#used === 4) {
      philox4x32([this.#block, this.#substream, this.#stream, 0], this.#key, this.#words)
      this.#block += 1
      this.#used = 0
    }
    const word = this.#words[this.#used] as number
    this.#used += 1
    return word
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    const high = this.word() >>> 5
    const low = this.word() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** Standard normal (Box-Muller, cosine branch). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Uniform integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound)
  }

  /** In-place Fisher-Yates shuffle. */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T {
    for (let last = items.length - 1; last > 0; last -= 1) {
      const pick = this.integer(last + 1)
      const kept = items[last] as number
      items[last] = items[pick] as number
      items[pick] = kept
    }
    return items
  }
}
