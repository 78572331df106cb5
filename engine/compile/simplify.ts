import { type Shape, sameShape } from '../base/shape.ts'
import { findOp } from '../ops/registry.ts'
import type { IrGraph, IrNode, IrValue, ValueId } from './ir.ts'
import { removeDeadCode, withNodes } from './rewrite.ts'

interface Context {
  shapeOf(id: ValueId): Shape
  producer(id: ValueId): IrNode | undefined
}

/** Each rule gives the value that the node's only output equals, a cheaper node for it, or null. */
type Rule = (node: IrNode, context: Context) => ValueId | IrNode | null

const rules: Readonly<Record<string, Rule>> = {
  add: (node) => (node.inputs.length === 1 ? (node.inputs[0] as ValueId) : null),
  concatenate: (node) => (node.inputs.length === 1 ? (node.inputs[0] as ValueId) : null),
  activation: (node) => (node.attributes.activation === 'linear' ? (node.inputs[0] as ValueId) : null),
  activation_gradient: (node) => (node.attributes.activation === 'linear' ? (node.inputs[0] as ValueId) : null),
  scale(node, { producer }) {
    const input = node.inputs[0] as ValueId
    if (node.attributes.factor === 1) return input
    const before = producer(input)
    if (before?.op !== 'scale') return null
    const factor = (node.attributes.factor as number) * (before.attributes.factor as number)
    return Number.isFinite(factor) && Math.abs(factor) <= 1e30
      ? { ...node, inputs: before.inputs, attributes: { factor } }
      : null
  },
  reshape(node, { shapeOf, producer }) {
    const input = node.inputs[0] as ValueId
    const shape = shapeOf(node.outputs[0] as ValueId)
    if (sameShape(shapeOf(input), shape)) return input
    const before = producer(input)
    if (before?.op !== 'reshape') return null
    const source = before.inputs[0] as ValueId
    return sameShape(shapeOf(source), shape) ? source : { ...node, inputs: [source] }
  },
  slice(node, { shapeOf }) {
    const input = node.inputs[0] as ValueId
    return sameShape(shapeOf(input), shapeOf(node.outputs[0] as ValueId)) ? input : null
  },
}

/**
 * Removes what has no influence and computes equal things once: sums of one term, scaling by one, linear activations, reshapes of reshapes,
 * common subexpressions, dead code. No result changes by a bit, but for factors of consecutive scalings, which are multiplied here.
 */
export function simplify(graph: IrGraph): IrGraph {
  const replacements = new Map<ValueId, ValueId>()
  const made = new Map<ValueId, IrNode>()
  const seen = new Map<string, IrNode>()
  const nodes: IrNode[] = []
  const context: Context = {
    shapeOf: (id) => (graph.values.get(id) as IrValue).shape,
    producer: (id) => made.get(id),
  }
  for (const original of graph.nodes) {
    const inputs = original.inputs.map((input) => (input === null ? null : (replacements.get(input) ?? input)))
    let node: IrNode = { ...original, inputs }
    const op = findOp(node.op)
    const result = rules[node.op]?.(node, context) ?? null
    if (typeof result === 'number') {
      replacements.set(node.outputs[0] as ValueId, result)
      continue
    }
    if (result) node = result
    if (!op.effect && !op.inPlace) {
      const shapes = node.outputs.map((output) => context.shapeOf(output).join('x')).join(',')
      const key = `${node.op}|${node.inputs.join(',')}|${shapes}|${JSON.stringify(node.attributes)}`
      const twin = seen.get(key)
      if (twin) {
        for (const [index, output] of node.outputs.entries()) replacements.set(output, twin.outputs[index] as ValueId)
        continue
      }
      seen.set(key, node)
    }
    nodes.push(node)
    for (const output of node.outputs) made.set(output, node)
  }
  return removeDeadCode(withNodes(graph, nodes, replacements))
}
