import protobuf from 'protobufjs'

/** ONNX 1.12's opset and the file format version that goes with it: every current runtime reads them. */
export const OPSET = 17
export const ML_OPSET = 3
export const IR_VERSION = 8

/** `TensorProto.DataType`. */
export const DataType = { float: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9 } as const
/** `AttributeProto.AttributeType`. */
export const AttributeType = { float: 1, int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const

export interface AttributeProto {
  name: string
  type: number
  f?: number
  i?: number
  s?: Uint8Array
  floats?: number[]
  ints?: number[]
  strings?: Uint8Array[]
}

export interface NodeProto {
  input: string[]
  output: string[]
  name: string
  opType: string
  domain: string
  attribute: AttributeProto[]
}

export interface TensorProto {
  dims: number[]
  dataType: number
  name: string
  rawData?: Uint8Array
  stringData?: Uint8Array[]
}

export interface DimensionProto {
  dimValue?: number
  dimParam?: string
}

export interface ValueInfoProto {
  name: string
  type: { tensorType: { elemType: number; shape: { dim: DimensionProto[] } } }
  docString?: string
}

export interface GraphProto {
  node: NodeProto[]
  name: string
  initializer: TensorProto[]
  input: ValueInfoProto[]
  output: ValueInfoProto[]
}

export interface ModelProto {
  irVersion: number
  opsetImport: { domain: string; version: number }[]
  producerName: string
  producerVersion: string
  docString?: string
  graph: GraphProto
  metadataProps: { key: string; value: string }[]
}

const field = (type: string, id: number) => ({ type, id })
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id })

/** The messages of onnx.proto (field numbers as in onnx/onnx.proto3) that an exported model uses. */
const descriptor = {
  nested: {
    onnx: {
      nested: {
        AttributeProto: {
          fields: {
            name: field('string', 1),
            f: field('float', 2),
            i: field('int64', 3),
            s: field('bytes', 4),
            floats: repeated('float', 7),
            ints: repeated('int64', 8),
            strings: repeated('bytes', 9),
            type: field('int32', 20),
          },
        },
        ValueInfoProto: {
          fields: { name: field('string', 1), type: field('TypeProto', 2), docString: field('string', 3) },
        },
        NodeProto: {
          fields: {
            input: repeated('string', 1),
            output: repeated('string', 2),
            name: field('string', 3),
            opType: field('string', 4),
            attribute: repeated('AttributeProto', 5),
            domain: field('string', 7),
          },
        },
        StringStringEntryProto: { fields: { key: field('string', 1), value: field('string', 2) } },
        OperatorSetIdProto: { fields: { domain: field('string', 1), version: field('int64', 2) } },
        ModelProto: {
          fields: {
            irVersion: field('int64', 1),
            producerName: field('string', 2),
            producerVersion: field('string', 3),
            docString: field('string', 6),
            graph: field('GraphProto', 7),
            opsetImport: repeated('OperatorSetIdProto', 8),
            metadataProps: repeated('StringStringEntryProto', 14),
          },
        },
        GraphProto: {
          fields: {
            node: repeated('NodeProto', 1),
            name: field('string', 2),
            initializer: repeated('TensorProto', 5),
            input: repeated('ValueInfoProto', 11),
            output: repeated('ValueInfoProto', 12),
          },
        },
        TensorProto: {
          fields: {
            dims: repeated('int64', 1),
            dataType: field('int32', 2),
            stringData: repeated('bytes', 6),
            name: field('string', 8),
            rawData: field('bytes', 9),
          },
        },
        TensorShapeProto: {
          fields: { dim: repeated('Dimension', 1) },
          nested: { Dimension: { fields: { dimValue: field('int64', 1), dimParam: field('string', 2) } } },
        },
        TypeProto: {
          fields: { tensorType: field('Tensor', 1) },
          nested: { Tensor: { fields: { elemType: field('int32', 1), shape: field('TensorShapeProto', 2) } } },
        },
      },
    },
  },
}

let modelType: protobuf.Type | undefined

function type(): protobuf.Type {
  modelType ??= protobuf.Root.fromJSON(descriptor).lookupType('onnx.ModelProto')
  return modelType
}

/** The bytes of an `.onnx` file. */
export function encodeModel(model: ModelProto): Uint8Array {
  return type()
    .encode(type().fromObject(model as unknown as Record<string, unknown>))
    .finish()
}

/** Reads back what `encodeModel` wrote; messages that it does not know are skipped. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return type().toObject(type().decode(bytes), { longs: Number, arrays: true }) as unknown as ModelProto
}
