import { textParam } from '../layers/read-params.ts'
import { findLayer } from '../layers/registry.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { DatasetSignature, GraphDocument, GraphNode, NodeId } from './document.ts'
import { setParams } from './edit.ts'
import type { DocumentInference } from './infer.ts'
import { connectionsOf } from './topology.ts'

/** From so many saturating layers in a row on, gradients of the first ones vanish in practice. */
const DEEP = 4

const saturating = new Set(['sigmoid', 'tanh', 'softsign', 'hard_sigmoid', 'hard_tanh'])

function activationOf(node: GraphNode, inference: DocumentInference): string | null {
  if (node.type !== 'dense' && node.type !== 'activation') return null
  const params = inference.nodes[node.id]?.params
  return params ? textParam(params, 'activation') : null
}

/** Legal but unwise settings, each with one sentence why: layers' own advice, step before trained weights, deep saturating stacks. */
export function advise(
  document: GraphDocument,
  inference: DocumentInference,
  dataset?: DatasetSignature,
): Diagnostic[] {
  const { incoming } = connectionsOf(document)
  const found: Diagnostic[] = []
  const depth = new Map<NodeId, number>()
  const trained = new Map<NodeId, boolean>()
  for (const id of inference.order) {
    const node = document.nodes[id]
    const known = inference.nodes[id]
    if (!node || !known) continue
    const sources = [...(incoming.get(id)?.values() ?? [])].flat().map((edge) => edge.from.node)
    const activation = activationOf(node, inference)
    const before = Math.max(0, ...sources.map((source) => depth.get(source) ?? 0))
    const saturated = activation !== null && saturating.has(activation)
    const linear = activation === null || activation === 'linear'
    depth.set(id, saturated ? before + 1 : linear ? before : 0)
    const learns = known.trainable > 0 || sources.some((source) => trained.get(source))
    trained.set(id, learns)
    const context = { inputs: known.inputs, params: known.params, dataset }
    const own = known.complete ? (findLayer(node.type)?.advise?.(context) ?? []) : []
    for (const problem of own) found.push({ severity: 'warning', ...problem, node: id, where: node.name })
    if (activation === 'step' && learns && !isPerceptron(document, id)) found.push(stepAdvice(document, node))
    if (saturated && before + 1 === DEEP) found.push(vanishingAdvice(document, node))
  }
  return found
}

/** True for a unit whose loss is taken from before its step, so that it learns all the same. */
function isPerceptron(document: GraphDocument, id: NodeId): boolean {
  const readers = connectionsOf(document).outgoing.get(id) ?? []
  return readers.some(({ to }) => {
    const reader = document.nodes[to.node]
    return reader?.type === 'output' && reader.params.loss === 'perceptron'
  })
}

function stepAdvice(document: GraphDocument, node: GraphNode): Diagnostic {
  const edit = setParams(document, node.id, { activation: 'sigmoid' })
  return {
    severity: 'warning',
    code: 'advice.step-gradient',
    message: 'The step function has gradient 0 everywhere: no weight before it learns.',
    node: node.id,
    where: node.name,
    param: 'activation',
    expected: 'an activation with a gradient, or frozen weights',
    received: 'step',
    fix: 'Use sigmoid to train it, the loss perceptron for a single layer, or freeze the layers before it.',
    repair: edit.ok ? { ...edit.patch, label: 'Use sigmoid' } : undefined,
  }
}

function vanishingAdvice(document: GraphDocument, node: GraphNode): Diagnostic {
  const edit = setParams(document, node.id, { activation: 'relu' })
  return {
    severity: 'warning',
    code: 'advice.vanishing-gradient',
    message: `Sigmoid and tanh flatten out: after ${DEEP} of them in a row little gradient reaches the first layer.`,
    node: node.id,
    where: node.name,
    param: 'activation',
    expected: 'ReLU or its kin in deep networks',
    received: `${DEEP} saturating layers in a row`,
    fix: 'Use ReLU with a He initialiser in the hidden layers, or BatchNormalization between them.',
    repair: edit.ok ? { ...edit.patch, label: 'Use ReLU' } : undefined,
  }
}
