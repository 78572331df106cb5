import { hasGradientFromOutput } from '../ops/activations.ts'
import { completeAttributes } from '../ops/attributes.ts'
import type { Attributes } from '../ops/op.ts'
import { findOp } from '../ops/registry.ts'
import type { IrGraph, IrNode, IrValue, ValueId } from './ir.ts'
import { countUses, producers, removeDeadCode, withNodes } from './rewrite.ts'

/** Loss over probabilities (or steps) -> what makes them, and the same loss over what they are made from. */
const logitForms: Readonly<Record<string, { from: (node: IrNode) => boolean; to: string }>> = {
  binary_cross_entropy: {
    from: (node) => node.op === 'activation' && node.attributes.activation === 'sigmoid',
    to: 'sigmoid_cross_entropy',
  },
  categorical_cross_entropy: { from: (node) => node.op === 'softmax', to: 'softmax_cross_entropy' },
  sparse_categorical_cross_entropy: { from: (node) => node.op === 'softmax', to: 'sparse_softmax_cross_entropy' },
  perceptron: {
    from: (node) => node.op === 'activation' && node.attributes.activation === 'step',
    to: 'perceptron',
  },
}

/**
 * Takes cross-entropies from the logits where the probabilities come from a sigmoid or softmax, as Keras does: exact for saturated
 * outputs, and one simple gradient; and the perceptron criterion from before the step, which has no gradient. The probabilities stay for whoever reads them. To be run before differentiation.
 */
export function fuseLosses(graph: IrGraph): IrGraph {
  const made = producers(graph)
  const values = new Map(graph.values)
  const lookUp = (id: ValueId): IrValue => values.get(id) as IrValue
  let nextId = Math.max(-1, ...values.keys()) + 1

  /** Where steps were folded into the batch in between, the folding of what the activation is made from. */
  const folded = (fold: IrNode, activation: IrNode): IrNode => {
    const from = lookUp(activation.inputs[0] as ValueId)
    const output = { ...lookUp(fold.outputs[0] as ValueId), id: nextId, name: `folded ${from.name}` }
    nextId += 1
    values.set(output.id, output)
    return { ...fold, inputs: [from.id], outputs: [output.id] }
  }

  const nodes = graph.nodes.flatMap((node) => {
    const form = logitForms[node.op]
    if (!form) return [node]
    const [prediction, target] = node.inputs as [ValueId, ValueId]
    const fused = (logits: ValueId): IrNode => ({ ...node, op: form.to, inputs: [logits, target] })
    const source = made.get(prediction)
    if (!source) return [node]
    if (form.from(source)) return [fused(source.inputs[0] as ValueId)]
    const before = source.op === 'reshape' ? made.get(source.inputs[0] as ValueId) : undefined
    const sameRows = lookUp(source.inputs[0] as ValueId).shape.at(-1) === lookUp(prediction).shape.at(-1)
    if (!before || !sameRows || !form.from(before)) return [node]
    const fold = folded(source, before)
    return [fold, fused(fold.outputs[0] as ValueId)]
  })
  return removeDeadCode({ ...withNodes(graph, nodes), values })
}

/** Ops that take a following activation, and ops that take the gradient of an activation which their result flows into. */
const activated = ['dense', 'dense_residual', 'conv2d', 'conv2d_transpose', 'batch_normalization']
const gradients = ['dense_input_gradient', 'dense_input_gradients', 'conv2d_input_gradient']

/** Where a gradient takes the output of the activation it flows through. */
const gateIndex = (node: IrNode): number => (node.op === 'dense_input_gradients' ? 0 : 2)

/**
 * Merges what one kernel can do in one pass over memory: an activation into the `dense`, convolution or batch normalisation before it when nothing else reads
 * the latter's result, and the gradient of an activation into the input gradient before it or the gradient of a max pooling, also through the mask of a dropout (the factors
 * of a product of three commute); an addition into the `dense` before it; and the input gradients of several `dense` that read the same value, with what else is added to
 * them, into one (of query, key, value and the residual connection around an attention, say). To be run after differentiation.
 */
export function fuseKernels(graph: IrGraph): IrGraph {
  const uses = countUses(graph)
  const made = producers(graph)
  const positions = new Map(graph.nodes.map((node, index) => [node, index] as const))
  const values = new Map(graph.values)
  const nodes: (IrNode | null)[] = [...graph.nodes]
  let nextId = 0
  for (const id of values.keys()) nextId = Math.max(nextId, id + 1)

  /** The node that makes `id`, as rewritten so far, when it is an `op` that only one reader has. */
  const soleProducer = (id: ValueId, ops: readonly string[]): { node: IrNode; at: number } | null => {
    const original = made.get(id)
    if (!original || uses.get(id) !== 1) return null
    const at = positions.get(original) as number
    const node = nodes[at]
    return node && ops.includes(node.op) ? { node, at } : null
  }

  const fuseForward = (node: IrNode, at: number): void => {
    const source = soleProducer(node.inputs[0] as ValueId, activated)
    if (source?.node.attributes.activation !== 'linear' || source.node.outputs[0] !== node.inputs[0]) return
    const own = findOp(source.node.op).attributes
    const { activation, alpha } = node.attributes
    if (own.activation?.kind !== 'choice' || !own.activation.options.includes(activation as string)) return
    nodes[source.at] = null
    nodes[at] = {
      ...source.node,
      outputs: [node.outputs[0] as ValueId, ...source.node.outputs.slice(1)],
      attributes: { ...source.node.attributes, ...(own.alpha ? { activation, alpha } : { activation }) } as Attributes,
    }
  }

  const gated = (source: IrNode, y: ValueId, node: IrNode, output: ValueId): IrNode => ({
    ...source,
    inputs: source.inputs.with(gateIndex(source), y),
    outputs: [output],
    attributes: completeAttributes(findOp(source.op), { ...source.attributes, ...node.attributes }),
  })

  const fuseBackward = (node: IrNode, at: number): void => {
    const [dy, , y] = node.inputs as [ValueId, ValueId | null, ValueId | null]
    const { activation, alpha } = node.attributes
    if (y === null || !hasGradientFromOutput(activation as string, alpha as number)) return
    const direct = soleProducer(dy, gradients)
    if (direct && direct.node.inputs[gateIndex(direct.node)] === null) {
      nodes[direct.at] = null
      nodes[at] = gated(direct.node, y, node, node.outputs[0] as ValueId)
      return
    }
    const pooled = soleProducer(dy, ['max_pool2d_gradient'])
    if (pooled && pooled.node.inputs[1] === y && pooled.node.attributes.activation === 'linear') {
      nodes[pooled.at] = null
      nodes[at] = {
        ...pooled.node,
        outputs: node.outputs,
        attributes: { ...pooled.node.attributes, activation, alpha } as Attributes,
      }
      return
    }
    const masked = soleProducer(dy, ['multiply'])
    if (!masked) return
    const [a, b] = masked.node.inputs as [ValueId, ValueId]
    const behind = soleProducer(a, gradients)
    if (!behind || behind.node.inputs[gateIndex(behind.node)] !== null || made.get(b)?.op !== 'dropout') return
    // The gated gradient is to be computed where the mask was applied, so y has to be there by then.
    const maker = made.get(y)
    if (maker && (positions.get(maker) as number) >= masked.at) return
    const inner = nextId
    nextId += 1
    values.set(inner, { ...(values.get(a) as IrValue), id: inner, name: 'dense_input_gradient' })
    nodes[behind.at] = null
    nodes[masked.at] = gated(behind.node, y, node, inner)
    nodes[at] = { ...masked.node, inputs: [inner, b], outputs: node.outputs }
  }

  const fuseGradients = (node: IrNode, at: number): boolean => {
    const sources = node.inputs.map((input) => soleProducer(input as ValueId, ['dense_input_gradient']))
    const products = sources.flatMap((source) => (source?.node.inputs[2] === null ? [source] : []))
    const others = node.inputs.filter((_, index) => !products.some((product) => product === sources[index]))
    const [first] = products
    if (!first || (others.length > 1 && products.length === 1)) return false
    const residual = others.length === 1 ? (others[0] as ValueId) : null
    const terms = products.flatMap((product) => product.node.inputs.slice(0, 2))
    const sum = { ...first.node, op: 'dense_input_gradients', inputs: [null, residual, ...terms] }
    for (const product of products) nodes[product.at] = null
    if (others.length <= 1) {
      nodes[at] = { ...sum, outputs: node.outputs }
      return true
    }
    const last = products.reduce((latest, product) => (product.at > latest.at ? product : latest))
    nodes[last.at] = { ...sum, outputs: last.node.outputs }
    nodes[at] = { ...node, inputs: [...others, last.node.outputs[0] as ValueId] }
    return true
  }

  const fuseResidual = (node: IrNode, at: number): void => {
    if (node.inputs.length !== 2) return
    for (const index of [1, 0]) {
      const source = soleProducer(node.inputs[index] as ValueId, ['dense'])
      if (source?.node.attributes.activation !== 'linear') continue
      nodes[source.at] = null
      const inputs = [...source.node.inputs, node.inputs[1 - index] as ValueId]
      nodes[at] = { ...source.node, op: 'dense_residual', inputs, outputs: node.outputs }
      return
    }
  }

  for (const [index, node] of graph.nodes.entries()) {
    if (node.op === 'add') fuseGradients(node, index) || fuseResidual(node, index)
    else if (node.op === 'activation') fuseForward(node, index)
    else if (node.op === 'activation_gradient') fuseBackward(node, index)
  }
  const kept = nodes.filter((node) => node !== null)
  return removeDeadCode({ ...withNodes(graph, kept), values })
}
