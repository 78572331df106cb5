import { invariant } from '../../base/errors.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import type { CompiledModel } from '../../compile/compile.ts'
import type { IrGraph, IrNode, IrValue, ValueId } from '../../compile/ir.ts'
import type { FittedColumn, FittedPreprocessing } from '../../data/dataset.ts'
import { targetsOf } from '../../evaluation/predict.ts'
import type { ModelColumn } from '../../evaluation/reconstruction.ts'
import { OnnxGraph } from './graph.ts'
import { operatorFor } from './operators.ts'
import {
  addPreprocessing,
  type ExportedInput,
  type ExportedPreprocessing,
  selectColumns,
  tensorInfo,
} from './preprocessing.ts'
import { DataType, encodeModel, IR_VERSION, ML_OPSET, OPSET } from './schema.ts'

export interface ExportedOutput {
  name: string
  /** Target column; empty where there are several. */
  column: string
  /** Several target columns, one unit each: a number, or the probability of the second of two classes. */
  columns?: readonly { name: string; categories?: readonly string[] }[]
  /** Shape of one row. */
  rowShape: readonly number[]
  /** Class names in the order of the units; one unit is the probability of the second. */
  classes?: readonly string[]
}

export interface OnnxExport {
  bytes: Uint8Array
  inputs: ExportedInput[]
  outputs: ExportedOutput[]
  /** What the user of the file should know; also in its metadata. */
  notes: string[]
}

export interface OnnxExportRequest {
  compiled: CompiledModel
  /** Persistent memory of a session, as in a checkpoint. */
  persistent: Float32Array
  fitted: FittedPreprocessing
  /** By Output that gives an Input back: the numbers of that Input, so that it is given back in source units. */
  reconstructed?: ReadonlyMap<string, readonly ModelColumn[]>
  /** Name of the graph. */
  name: string
  /** Version of Lamina. */
  version: string
}

const GENERATES =
  'The input is noise: draw standard normal numbers. Generated samples are in the units of the source data.'

/** Standard deviations between zero and the mean from which float32 inputs lose more than about 1e-4 of one. */
const FAR_FROM_ZERO = 1000

/**
 * An ONNX model of the network with its weights and preprocessing: numbers in source units and labels in, class probabilities or
 * numbers in source units out, for any number of rows. Throws `export.unsupported-op`.
 */
export function exportOnnx(request: OnnxExportRequest): OnnxExport {
  const { compiled, fitted } = request
  const graph = new OnnxGraph()
  // A generator reads no columns.
  const reads = [...compiled.graphs.predict.values.values()].some(({ role }) => role === 'feed')
  const preprocessing = addPreprocessing(graph, reads ? fitted : { ...fitted, features: [] })
  const writer = new NetworkWriter(graph, request, preprocessing)
  const names = writer.write()
  const outputs: ExportedOutput[] = []
  const infos = compiled.outputs.map(({ node, name, rowShape }, index) => {
    const columns = targetsOf(request, node)
    const [only] = columns.length === 1 ? columns : []
    const given = (request.reconstructed?.get(node) ?? []).filter((each) => each.shift !== 0 || each.scale !== 1)
    const value =
      given.length > 0
        ? reconstructionInSourceUnits(graph, names[index]!, rowShape, request.reconstructed!.get(node)!)
        : inSourceUnits(graph, names[index]!, columns)
    const output = graph.add('Identity', [value], {}, { output: graph.unique(name) })
    const described =
      columns.length > 1 ? { columns: columns.map(({ name, categories }) => ({ name, categories })) } : {}
    outputs.push({ name: output, column: only?.name ?? '', rowShape, classes: only?.categories, ...described })
    return tensorInfo(output, DataType.float, rowShape)
  })
  const inputs = [
    ...preprocessing.inputs,
    ...writer.noise.map(({ name }): ExportedInput => ({ name, kind: 'noise', columns: [] })),
  ]
  const notes = writer.noise.length > 0 ? [GENERATES] : notesOn(fitted)
  const properties = { inputs, outputs, notes, preprocessing: fitted }
  const bytes = encodeModel({
    irVersion: IR_VERSION,
    opsetImport: [...graph.domains].map((domain) => ({ domain, version: domain === '' ? OPSET : ML_OPSET })),
    producerName: 'Lamina',
    producerVersion: request.version,
    docString: notes.join('\n'),
    graph: {
      name: request.name,
      node: graph.nodes,
      initializer: graph.usedInitializers(),
      input: [
        ...preprocessing.infos,
        ...writer.noise.map(({ name, shape }) => tensorInfo(name, DataType.float, shape)),
      ],
      output: infos,
    },
    metadataProps: Object.entries(properties).map(([key, value]) => ({
      key: `lamina.${key}`,
      value: JSON.stringify(value),
    })),
  })
  return { bytes, inputs, outputs, notes }
}

/** Writes the inference graph op by op. */
class NetworkWriter {
  readonly #graph: OnnxGraph
  readonly #request: OnnxExportRequest
  readonly #preprocessing: ExportedPreprocessing
  readonly #ir: IrGraph
  readonly #names = new Map<ValueId, string>()
  readonly noise: { name: string; shape: readonly number[] }[] = []

  constructor(graph: OnnxGraph, request: OnnxExportRequest, preprocessing: ExportedPreprocessing) {
    this.#graph = graph
    this.#request = request
    this.#preprocessing = preprocessing
    this.#ir = request.compiled.graphs.predict
  }

  /** Names of the graph's outputs, in order. */
  write(): string[] {
    for (const node of this.#ir.nodes) this.#writeNode(node)
    return this.#ir.outputs.map(({ value }) => this.#nameOf(value))
  }

  /** Random numbers are an input: standard normal ones, to be drawn by whoever runs the model. */
  #noise(node: IrNode): void {
    const output = node.outputs[0] as ValueId
    const name = this.#graph.unique('noise')
    this.noise.push({ name, shape: this.#value(output).shape.slice(1) })
    const { mean, deviation } = node.attributes
    const scaled = deviation === 1 ? name : this.#graph.add('Mul', [name, this.#graph.scalar(Number(deviation))])
    this.#names.set(output, mean === 0 ? scaled : this.#graph.add('Add', [scaled, this.#graph.scalar(Number(mean))]))
  }

  #writeNode(node: IrNode): void {
    if (node.op === 'random_normal') {
      this.#noise(node)
      return
    }
    const output = node.outputs[0] as ValueId
    const name = operatorFor(
      node.op,
      node.origin,
    )({
      graph: this.#graph,
      inputs: node.inputs.map((id) => (id === null ? null : this.#nameOf(id))),
      inputShapes: node.inputs.map((id) => (id === null ? null : this.#value(id).shape)),
      literals: node.inputs.map((id) => (id === null ? null : this.#literalOf(this.#value(id)))),
      outputShape: this.#value(output).shape,
      attributes: node.attributes,
    })
    this.#names.set(output, name)
  }

  #value(id: ValueId): IrValue {
    const value = this.#ir.values.get(id)
    invariant(value, `value ${id} of the inference graph does not exist`)
    return value
  }

  #nameOf(id: ValueId): string {
    const known = this.#names.get(id)
    if (known !== undefined) return known
    const value = this.#value(id)
    const name = value.role === 'feed' ? this.#feed(value) : this.#initializer(value)
    this.#names.set(id, name)
    return name
  }

  #initializer(value: IrValue): string {
    const literal = this.#literalOf(value)
    invariant(literal, `value ${value.name} is used before it is computed`)
    return this.#graph.floats(value.name, value.shape, literal)
  }

  #feed(value: IrValue): string {
    const binding = this.#request.compiled.slots.find(({ slot }) => slot === value.slot)
    invariant(binding, `slot ${value.slot} is not bound`)
    const columns = selectColumns(this.#graph, this.#preprocessing, binding.columns, this.#request.fitted)
    return value.shape.length === 2 ? columns : this.#reshape(columns, value.shape)
  }

  #reshape(name: string, shape: Shape): string {
    return this.#graph.add('Reshape', [name, this.#graph.integers('shape', [-1, ...shape.slice(1)])])
  }

  #literalOf(value: IrValue): Float32Array | null {
    if (value.role === 'constant') return Float32Array.from(value.literal ?? [])
    if (value.role !== 'parameter' && value.role !== 'state') return null
    const weight = this.#request.compiled.weights.find(({ path }) => path === value.name)
    invariant(weight, `weight ${value.name} has no memory`)
    return this.#request.persistent.slice(weight.usedOffset, weight.usedOffset + elementCount(weight.shape))
  }
}

function inSourceUnits(graph: OnnxGraph, value: string, columns: readonly FittedColumn[]): string {
  if (columns.every(({ type, shift, scale }) => type !== 'numeric' || (shift === 0 && scale === 1))) return value
  const dims = columns.length > 1 ? [1, columns.length] : []
  const factor = graph.floats(
    'unscale',
    dims,
    columns.map(({ scale }) => 1 / scale),
  )
  const shift = graph.floats(
    'unshift',
    dims,
    columns.map((column) => column.shift),
  )
  return graph.add('Add', [graph.add('Mul', [value, factor]), shift])
}

/** value / scale + shift of each number, in the shape of the Input. */
function reconstructionInSourceUnits(
  graph: OnnxGraph,
  value: string,
  rowShape: readonly number[],
  columns: readonly ModelColumn[],
): string {
  const dims = [1, ...rowShape]
  const factor = columns.map(({ scale }) => 1 / scale)
  const scaled = graph.add('Mul', [value, graph.floats('unscale', dims, factor)])
  const shift = columns.map((column) => column.shift)
  return graph.add('Add', [scaled, graph.floats('unshift', dims, shift)])
}

function notesOn(fitted: FittedPreprocessing): string[] {
  const notes = ['Features are given in the units of the source data; scaling and encoding are part of the model.']
  const far = fitted.features.filter(({ shift, scale }) => Math.abs(shift * scale) > FAR_FROM_ZERO)
  if (far.length > 0)
    notes.push(
      `Inputs are float32: ${far.map(({ name }) => name).join(', ')} lie far from zero compared with their spread and lose digits.`,
    )
  for (const { name, type, shape = [], details } of fitted.features)
    if (type === 'tensor')
      notes.push(
        `${name} is given as N x ${shape.join(' x ')} ${details?.element === 'uint8' ? 'bytes (uint8, 0 to 255)' : 'numbers (float32)'}.`,
      )
  for (const { name, type, tokens, vocabulary = [] } of fitted.features)
    if (type === 'text')
      notes.push(
        `${name} is given as ${tokens?.length} token ids (int64): 0 pads at the end, 1 is unknown, 2 to ${vocabulary.length + 1} are the ${tokens?.level}s in the metadata lamina.preprocessing; cutting a text into them is left to the program that uses the model.`,
      )
  const labels = fitted.features.filter(({ type }) => type === 'categorical')
  if (labels.length > 0)
    notes.push('Labels are given as strings, one input a column, and need a runtime with the ai.onnx.ml operators.')
  if (labels.some(({ fill }) => fill !== null))
    notes.push('A missing label is the empty string; it is filled as in training.')
  if (fitted.targets.some(({ type, scale, shift }) => type === 'numeric' && (scale !== 1 || shift !== 0)))
    notes.push('Predicted numbers are in the units of the source data.')
  return notes
}
