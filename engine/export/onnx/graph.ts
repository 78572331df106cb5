import { type AttributeProto, AttributeType, DataType, type NodeProto, type TensorProto } from './schema.ts'

export type AttributeInput =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { float: number }
  | { floats: readonly number[] }

const utf8 = new TextEncoder()

/** Appends nodes and initialisers to an ONNX graph under construction; every name is unique. */
export class OnnxGraph {
  readonly nodes: NodeProto[] = []
  readonly initializers: TensorProto[] = []
  readonly domains = new Set<string>([''])
  readonly #names = new Set<string>()

  /** A name that nobody has yet, derived from `wanted`. */
  unique(wanted: string): string {
    const base = wanted.replace(/[^A-Za-z0-9_./-]+/g, '_') || 'value'
    let name = base
    for (let count = 1; this.#names.has(name); count += 1) name = `${base}_${count}`
    this.#names.add(name)
    return name
  }

  /** Appends an operator with one output and returns the output's name. Plain numbers become INT and INTS; `{ float }`, `{ floats }` say otherwise. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
    options: { output?: string; domain?: string } = {},
  ): string {
    const output = options.output ?? this.unique(opType.toLowerCase())
    const domain = options.domain ?? ''
    this.domains.add(domain)
    this.nodes.push({
      opType,
      domain,
      input: [...inputs],
      output: [output],
      name: this.unique(`${opType}_${this.nodes.length}`),
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    })
    return output
  }

  floats(name: string, dims: readonly number[], data: ArrayLike<number>): string {
    const values = Float32Array.from(data)
    return this.#initializer(name, dims, DataType.float, new Uint8Array(values.buffer, 0, values.byteLength))
  }

  scalar(value: number): string {
    return this.floats('constant', [], [value])
  }

  integers(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt)
    return this.#initializer(name, [values.length], DataType.int64, new Uint8Array(data.buffer))
  }

  /** The initialisers that a node reads. */
  usedInitializers(): TensorProto[] {
    const read = new Set(this.nodes.flatMap(({ input }) => input))
    return this.initializers.filter(({ name }) => read.has(name))
  }

  #initializer(name: string, dims: readonly number[], dataType: number, rawData: Uint8Array): string {
    const unique = this.unique(name)
    this.initializers.push({ name: unique, dims: [...dims], dataType, rawData })
    return unique
  }
}

function attributeProto(name: string, value: AttributeInput): AttributeProto {
  if (typeof value === 'number') return { name, type: AttributeType.int, i: value }
  if (typeof value === 'string') return { name, type: AttributeType.string, s: utf8.encode(value) }
  if ('floats' in value) return { name, type: AttributeType.floats, floats: [...value.floats] }
  if ('float' in value) return { name, type: AttributeType.float, f: value.float }
  if (value.every((item) => typeof item === 'string'))
    return { name, type: AttributeType.strings, strings: value.map((item) => utf8.encode(item)) }
  return { name, type: AttributeType.ints, ints: [...(value as number[])] }
}
