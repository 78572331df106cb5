import type { FittedColumn, FittedPreprocessing } from '../../data/dataset.ts'
import type { OnnxGraph } from './graph.ts'
import { DataType, type ValueInfoProto } from './schema.ts'

/** An input of the exported model, as its user must feed it. */
export interface ExportedInput {
  name: string
  kind: 'numbers' | 'labels' | 'bytes' | 'tokens' | 'noise'
  /** Of a row, for arrays and tokens. */
  shape?: number[]
  /** Source columns in order. */
  columns: string[]
}

export interface ExportedPreprocessing {
  inputs: ExportedInput[]
  infos: ValueInfoProto[]
  /** Name of the value that holds a feature column's model columns, [N, width]. */
  columns: ReadonlyMap<string, { name: string; width: number; group: string; index: number }>
}

const ML = 'ai.onnx.ml'

/** The description of an `N x size` input or output. */
export function tensorInfo(name: string, elemType: number, sizes: readonly number[]): ValueInfoProto {
  const dim = [{ dimParam: 'N' }, ...sizes.map((dimValue) => ({ dimValue }))]
  return { name, type: { tensorType: { elemType, shape: { dim } } } }
}

/**
 * Puts the fitted transforms in front of a network: one input `features` with all numeric columns in source units, one input of
 * labels a categorical column (ai.onnx.ml's encoders), one of arrays an image column, one of token ids a text column. A missing number (NaN) or label (the empty
 * string) is filled as in training.
 */
export function addPreprocessing(graph: OnnxGraph, fitted: FittedPreprocessing): ExportedPreprocessing {
  const inputs: ExportedInput[] = []
  const infos: ValueInfoProto[] = []
  const columns = new Map<string, { name: string; width: number; group: string; index: number }>()
  const numeric = fitted.features.filter((column) => column.type === 'numeric')
  if (numeric.length > 0) {
    const input = graph.unique('features')
    inputs.push({ name: input, kind: 'numbers', columns: numeric.map(({ name }) => name) })
    infos.push(tensorInfo(input, DataType.float, [numeric.length]))
    const scaled = scaleNumbers(graph, fillMissing(graph, input, numeric), numeric)
    for (const [index, { name }] of numeric.entries())
      columns.set(name, { name: scaled, width: 1, group: scaled, index })
  }
  for (const column of fitted.features.filter(({ type }) => type === 'categorical')) {
    const input = graph.unique(column.name)
    inputs.push({ name: input, kind: 'labels', columns: [column.name] })
    infos.push(tensorInfo(input, DataType.string, [1]))
    const encoded = encodeLabels(graph, input, column)
    columns.set(column.name, { name: encoded, width: column.width, group: encoded, index: 0 })
  }
  for (const column of fitted.features.filter(({ type }) => type === 'tensor' || type === 'text')) {
    const input = graph.unique(column.name)
    const encoded = column.type === 'tensor' ? addArrays(graph, input, column) : addTokens(graph, input, column)
    inputs.push(encoded.input)
    infos.push(encoded.info)
    columns.set(column.name, { name: encoded.value, width: column.width, group: encoded.value, index: 0 })
  }
  return { inputs, infos, columns }
}

interface EncodedInput {
  input: ExportedInput
  info: ValueInfoProto
  /** Name of the value with the model columns, [N, width]. */
  value: string
}

/** Arrays in source units: bytes where the data held bytes. */
function addArrays(graph: OnnxGraph, name: string, column: FittedColumn): EncodedInput {
  const { shape = [], shift, scale, width } = column
  const bytes = column.details?.element === 'uint8'
  const numbers = bytes ? graph.add('Cast', [name], { to: DataType.float }) : name
  const flat = shape.length === 1 ? numbers : graph.add('Reshape', [numbers, graph.integers('shape', [-1, width])])
  const centred = shift === 0 ? flat : graph.add('Sub', [flat, graph.scalar(shift)])
  return {
    input: { name, kind: bytes ? 'bytes' : 'numbers', columns: [column.name], shape: [...shape] },
    info: tensorInfo(name, bytes ? DataType.uint8 : DataType.float, shape),
    value: scale === 1 ? centred : graph.add('Mul', [centred, graph.scalar(scale)]),
  }
}

/** Ids of tokens: ONNX has no tokeniser that cuts texts as the run did. */
function addTokens(graph: OnnxGraph, name: string, column: FittedColumn): EncodedInput {
  return {
    input: { name, kind: 'tokens', columns: [column.name], shape: [column.width] },
    info: tensorInfo(name, DataType.int64, [column.width]),
    value: graph.add('Cast', [name], { to: DataType.float }),
  }
}

/** The value that feeds an Input node: its columns side by side, [N, sum of widths]. */
export function selectColumns(
  graph: OnnxGraph,
  { columns }: ExportedPreprocessing,
  names: readonly string[],
  fitted: FittedPreprocessing,
): string {
  const parts: { name: string; indices: number[] }[] = []
  for (const name of names) {
    const column = columns.get(name)!
    const last = parts.at(-1)
    const indices = Array.from({ length: column.width }, (_, k) => column.index + k)
    if (last?.name === column.group) last.indices.push(...indices)
    else parts.push({ name: column.group, indices })
  }
  const gathered = parts.map(({ name, indices }) =>
    indices.length === widthOf(name, columns, fitted) && indices.every((index, position) => index === position)
      ? name
      : graph.add('Gather', [name, graph.integers('columns', indices)], { axis: 1 }),
  )
  return gathered.length === 1 ? gathered[0]! : graph.add('Concat', gathered, { axis: 1 })
}

function widthOf(group: string, columns: ExportedPreprocessing['columns'], fitted: FittedPreprocessing): number {
  let width = 0
  for (const { name } of fitted.features) {
    const column = columns.get(name)
    if (column?.group === group) width += column.width
  }
  return width
}

function fillMissing(graph: OnnxGraph, input: string, columns: readonly FittedColumn[]): string {
  if (columns.every(({ fill }) => typeof fill !== 'number')) return input
  const fills = columns.map(({ fill }) => (typeof fill === 'number' ? fill : Number.NaN))
  const fill = graph.floats('fill', [1, columns.length], fills)
  return graph.add('Where', [graph.add('IsNaN', [input]), fill, input])
}

function scaleNumbers(graph: OnnxGraph, input: string, columns: readonly FittedColumn[]): string {
  if (columns.every(({ shift, scale }) => shift === 0 && scale === 1)) return input
  const dims = [1, columns.length]
  const shift = graph.floats(
    'shift',
    dims,
    columns.map((column) => column.shift),
  )
  return graph.add('Mul', [
    graph.add('Sub', [input, shift]),
    graph.floats(
      'scale',
      dims,
      columns.map((column) => column.scale),
    ),
  ])
}

/** A missing label, the empty string, counts as the label that fills it; a label unseen in training gives zeros or NaN. */
function encodeLabels(graph: OnnxGraph, input: string, column: FittedColumn): string {
  const categories = column.categories ?? []
  const fill = column.fill === null || categories.includes('') ? -1 : categories.indexOf(String(column.fill))
  const keys = fill === -1 ? categories : [...categories, '']
  const codes = keys.map((_, index) => (index < categories.length ? index : fill))
  if (column.transform !== 'one-hot') {
    const attributes = {
      keys_strings: keys,
      values_floats: { floats: codes.map((code) => (code - column.shift) * column.scale) },
      default_float: { float: Number.NaN },
    }
    return graph.add('LabelEncoder', [input], attributes, { domain: ML })
  }
  const attributes = { keys_strings: keys, values_int64s: codes, default_int64: -1 }
  const code = graph.add('LabelEncoder', [input], attributes, { domain: ML })
  const known = categories.map((_, index) => index)
  const hot = graph.add('OneHotEncoder', [code], { cats_int64s: known, zeros: 1 }, { domain: ML })
  return graph.add('Reshape', [hot, graph.integers('shape', [-1, categories.length])])
}
