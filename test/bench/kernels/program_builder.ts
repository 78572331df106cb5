import type { Program } from '../../../engine/native/program.ts'
import { MAX_RANK, Space, VALUE_STRIDE } from '../../../engine/native/program.ts'

const align = (floats: number): number => Math.ceil(floats / 16) * 16

/**
 * Writes a `Program` by hand, instruction by instruction, with every temporary at its own place: what the compiler does, less the planning.
 * Dimensions are those of `Program.values`: -k stands for k * n.
 */
export class ProgramBuilder {
  readonly #capacity: number
  readonly #values: number[] = []
  readonly #code: number[] = []
  readonly #attributes: number[] = []
  readonly #kernels: string[] = []
  readonly #feeds: number[] = []
  readonly #shapes: number[][] = []
  #arena = 0
  #persistent = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get persistentFloats(): number {
    return this.#persistent
  }

  #value(space: number, shape: readonly number[], offset: number): number {
    const dims = [...shape, ...Array<number>(MAX_RANK - shape.length).fill(0)]
    this.#values.push(space, offset, shape.length, ...dims)
    this.#shapes.push([...shape])
    return this.#values.length / VALUE_STRIDE - 1
  }

  #count(shape: readonly number[]): number {
    return shape.reduce((product, d) => product * (d < 0 ? -d * this.#capacity : d), 1)
  }

  temporary(...shape: number[]): number {
    const offset = this.#arena
    this.#arena += align(this.#count(shape))
    return this.#value(Space.arena, shape, offset)
  }

  /** Persistent memory; returns the value. Its offset is `offsetOf(value)`. */
  persistent(...shape: number[]): number {
    const offset = this.#persistent
    this.#persistent += align(this.#count(shape))
    return this.#value(Space.persistent, shape, offset)
  }

  offsetOf(value: number): number {
    return this.#values[value * VALUE_STRIDE + 1] as number
  }

  sizeOf(value: number): number {
    return this.#count(this.#shapes[value] as number[])
  }

  shapeOf(value: number): readonly number[] {
    return this.#shapes[value] as number[]
  }

  feed(slot: number, ...shape: number[]): number {
    const value = this.temporary(...shape)
    this.#feeds.push(value, slot)
    return value
  }

  emit(
    kernel: string,
    inputs: readonly number[],
    outputs: readonly number[],
    attributes: readonly number[] = [],
  ): void {
    let opcode = this.#kernels.indexOf(kernel)
    if (opcode < 0) opcode = this.#kernels.push(kernel) - 1
    this.#code.push(opcode, inputs.length, outputs.length, attributes.length, this.#attributes.length)
    this.#code.push(...inputs, ...outputs)
    this.#attributes.push(...attributes)
  }

  build(accumulators: number): Program {
    return {
      version: 1,
      kernels: this.#kernels,
      batchCapacity: this.#capacity,
      arenaFloats: this.#arena,
      values: Int32Array.from(this.#values),
      code: Int32Array.from(this.#code),
      attributes: Float64Array.from(this.#attributes),
      constants: new Float32Array(0),
      feeds: Int32Array.from(this.#feeds),
      outputs: new Int32Array(0),
      accumulators,
    }
  }
}
