import type { JsonObject } from '../../../engine/base/json.ts'
import type { DatasetSignature, GraphDocument } from '../../../engine/graph/document.ts'
import { emptyDocument } from '../../../engine/graph/document.ts'
import { addNode, connect } from '../../../engine/graph/edit.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'

/** Iris: four numbers, three classes. */
export const irisData: DatasetSignature = {
  rowCount: 150,
  features: ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'].map((name) => ({ name, width: 1 })),
  targets: [{ column: 'species', kind: 'classes', classes: ['setosa', 'versicolor', 'virginica'] }],
}

/** Ten features with one number to predict. */
export const numericData: DatasetSignature = {
  rowCount: 100,
  features: Array.from({ length: 10 }, (_, index) => ({ name: `x${index}`, width: 1 })),
  targets: [{ column: 'y', kind: 'numeric' }],
}

/** Two classes. */
export const binaryData: DatasetSignature = {
  rowCount: 40,
  features: [{ name: 'a', width: 2 }],
  targets: [{ column: 'y', kind: 'classes', classes: ['no', 'yes'] }],
}

/** Layers by name, type and parameters; ids are the names. */
export type Layers = Readonly<Record<string, readonly [type: string, params?: JsonObject]>>

/** A document of layers and `a -> b` or `a -> b.port` edges, made through the editor's own patches. */
export function draw(layers: Layers, edges: readonly string[]): GraphDocument {
  let document = emptyDocument
  for (const [name, [type, params]] of Object.entries(layers)) {
    const edit = addNode(document, type, { x: 0, y: 0 }, { name, id: name, params })
    if (!edit.ok) throw new Error(edit.problem.message)
    document = applyPatch(document, edit.patch)
  }
  for (const text of edges) {
    const [from = '', end = ''] = text.split(' -> ')
    const [to = '', named] = end.split('.')
    const type = document.nodes[to]?.type
    const port = named ? named : type === 'add' || type === 'concatenate' ? 'inputs' : 'input'
    const edit = connect(document, { node: from, port: 'output' }, { node: to, port }, text)
    if (!edit.ok) throw new Error(edit.problem.message)
    document = applyPatch(document, edit.patch)
  }
  return document
}

/** Input, Dense of `units` with `activation`, Output. */
export function single(units: number, activation: string, loss = 'auto', input: JsonObject = {}): GraphDocument {
  return draw({ in: ['input', input], last: ['dense', { units, activation }], out: ['output', { loss }] }, [
    'in -> last',
    'last -> out',
  ])
}
