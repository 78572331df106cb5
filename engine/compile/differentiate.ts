import { invariant, LaminaError } from '../base/errors.ts'
import { findOp } from '../ops/registry.ts'
import { createGraphBuilder } from './graph-builder.ts'
import type { IrGraph, ValueId } from './ir.ts'
import { printNode } from './print.ts'

export interface Differentiated {
  /** The graph followed by the nodes that compute the gradients; nothing reads them yet. */
  graph: IrGraph
  /** d loss / d value; null where the loss does not depend on it, or only through ops whose gradient is 0 everywhere. */
  gradients: ReadonlyMap<ValueId, ValueId | null>
}

/**
 * Reverse-mode differentiation of `graph.loss` with respect to `targets`, by the rules of the ops. Only what a target needs is computed;
 * gradients that meet are added in the order in which the readers stand. Values of `constants` count as given, whatever they come from.
 *
 * Throws `compile.not-differentiable` when a target reaches the loss through an op without a rule.
 */
export function differentiate(
  graph: IrGraph,
  targets: readonly ValueId[],
  constants: ReadonlySet<ValueId> = new Set(),
): Differentiated {
  invariant(graph.loss !== undefined, `the graph ${graph.name} has no loss to differentiate`)
  const loss = graph.loss
  const needed = new Set(targets)
  for (const node of graph.nodes)
    if (node.inputs.some((input) => input !== null && needed.has(input)))
      for (const output of node.outputs) if (!constants.has(output)) needed.add(output)

  const builder = createGraphBuilder(graph)
  const terms = new Map<ValueId, ValueId[]>()
  /** Sums what came together; later requests find the sum. */
  const gradientOf = (value: ValueId): ValueId | null => {
    const parts = terms.get(value)
    if (!parts) return null
    // Readers were visited last to first.
    const sum = parts.length === 1 ? (parts[0] as ValueId) : builder.emitOne('add', [...parts].reverse())
    terms.set(value, [sum])
    return sum
  }

  if (needed.has(loss)) {
    builder.setOrigin('')
    terms.set(loss, [builder.emitOne('fill', [], { value: 1 }, { shape: [], name: 'seed' })])
  }
  for (let index = graph.nodes.length - 1; index >= 0; index -= 1) {
    const node = graph.nodes[index] as IrGraph['nodes'][number]
    const needs = node.inputs.map((input) => input !== null && needed.has(input))
    if (!needs.includes(true) || !node.outputs.some((output) => terms.has(output))) continue
    builder.setOrigin(node.origin)
    const gradients = node.outputs.map(gradientOf)
    const { vjp } = findOp(node.op)
    if (!vjp)
      throw new LaminaError({
        code: 'compile.not-differentiable',
        message: `The loss depends on parameters through ${node.op}, which has no gradient.`,
        where: printNode(graph, node),
        expected: 'an op with a gradient between parameters and loss',
        received: node.op,
        fix: 'Freeze the layers before it, or take it out of the way to the loss.',
      })
    const inputGradients = vjp({
      builder,
      gradients,
      inputs: [...node.inputs],
      outputs: [...node.outputs],
      attributes: node.attributes,
      needs,
    })
    for (const [position, input] of node.inputs.entries()) {
      const gradient = inputGradients[position] ?? null
      if (input === null || gradient === null || !needs[position]) continue
      const parts = terms.get(input)
      if (parts) parts.push(gradient)
      else terms.set(input, [gradient])
    }
  }
  builder.setOrigin('')
  const gradients = new Map(targets.map((target) => [target, gradientOf(target)] as const))
  return { graph: builder.finish(graph.name, graph.outputs, loss), gradients }
}
