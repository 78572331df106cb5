import { LaminaError } from '../base/errors.ts'
import { elementCount, formatShape, type Shape, sameShape } from '../base/shape.ts'
import { completeAttributes } from '../ops/attributes.ts'
import { outputShapes } from '../ops/fold.ts'
import { findOp } from '../ops/registry.ts'
import { checkArity } from './graph-builder.ts'
import type { IrGraph, IrNode, IrValue, ValueId } from './ir.ts'
import { printNode } from './print.ts'

/**
 * Checks that a graph is legal: ids known, each temporary defined once and before its use, nothing else defined, arity, attributes and shapes
 * as the ops declare them, nothing read after it was overwritten in place, outputs there, the loss a scalar. Returns the graph.
 *
 * Throws `compile.illegal-ir` that names the pass and prints the node.
 */
export function verify(graph: IrGraph, pass: string): IrGraph {
  const fail = (place: string, expected: string, received: string, printed?: string): never => {
    throw new LaminaError({
      code: 'compile.illegal-ir',
      message: `The pass ${pass} made the graph ${graph.name} illegal.`,
      where: `${pass}, ${place}${printed ? `: ${printed}` : ''}`,
      expected,
      received,
      fix: 'This is a defect of the compiler; please report it with the network.',
      data: { pass, place },
    })
  }

  const find = (id: ValueId, place: string, printed?: string): IrValue =>
    graph.values.get(id) ?? fail(place, 'the id of a value of the graph', `%${id}`, printed)

  for (const [id, value] of graph.values) {
    const place = `value %${id}`
    if (value.id !== id) fail(place, `the id ${id}`, String(value.id))
    if (value.role === 'feed' && value.slot === undefined) fail(place, 'a data slot', 'none')
    if (value.role === 'constant' && value.literal?.length !== elementCount(value.shape))
      fail(place, `${elementCount(value.shape)} numbers`, String(value.literal?.length ?? 'none'))
    const odd = value.shape.findIndex((d, index) => !Number.isSafeInteger(d) || d === 0 || (d < 0 && index > 0))
    if (odd >= 0)
      fail(place, 'whole dimensions other than 0, the batch first', `dimension ${odd} is ${value.shape[odd]}`)
  }

  const defined = new Set<ValueId>()
  const overwritten = new Set<ValueId>()
  for (const [index, node] of graph.nodes.entries()) {
    const place = `node ${index}`
    const failNode = (expected: string, received: string): never =>
      fail(place, expected, received, printNode(graph, node))
    for (const input of node.inputs) {
      if (input === null) continue
      const value = graph.values.get(input) ?? failNode('the id of a value of the graph', `%${input}`)
      if (value.role === 'temporary' && !defined.has(input)) failNode('inputs that were computed before', `%${input}`)
      if (overwritten.has(input)) failNode('inputs that were not overwritten before', `%${input}`)
    }
    for (const output of node.outputs) {
      const value = graph.values.get(output) ?? failNode('the id of a value of the graph', `%${output}`)
      if (value.role !== 'temporary') failNode('a temporary as output', `%${output}, a ${value.role}`)
      if (defined.has(output)) failNode('each value defined once', `%${output} again`)
      defined.add(output)
    }
    checkNode(graph, node, failNode)
    for (const [, input] of findOp(node.op).inPlace?.(node.inputs.length, node.attributes) ?? [])
      overwritten.add(node.inputs[input] as ValueId)
  }

  for (const output of graph.outputs) {
    const value = find(output.value, `output ${output.name}`)
    if (value.role === 'temporary' && !defined.has(value.id))
      fail(`output ${output.name}`, 'a value that is computed', `%${value.id}`)
  }
  if (graph.loss !== undefined) {
    const loss = find(graph.loss, 'loss')
    if (loss.shape.length !== 0) fail('loss', 'a scalar', formatShape(loss.shape))
    if (loss.role === 'temporary' && !defined.has(loss.id)) fail('loss', 'a value that is computed', `%${loss.id}`)
  }
  return graph
}

/** Arity, attributes and shapes of one node against the declaration of its op. */
function checkNode(graph: IrGraph, node: IrNode, fail: (expected: string, received: string) => never): void {
  const shapeOf = (id: ValueId): Shape => (graph.values.get(id) as IrValue).shape
  let inferred: Shape[]
  try {
    const op = findOp(node.op)
    checkArity(op, node.inputs)
    completeAttributes(op, node.attributes)
    for (const name of Object.keys(op.attributes)) if (!(name in node.attributes)) fail(`the attribute ${name}`, 'none')
    const stated = op.shaped && node.outputs[0] !== undefined ? shapeOf(node.outputs[0]) : undefined
    inferred = outputShapes(
      op,
      node.inputs.map((input) => (input === null ? null : shapeOf(input))),
      node.attributes,
      stated,
    )
  } catch (thrown) {
    if (!(thrown instanceof LaminaError) || thrown.code === 'compile.illegal-ir') throw thrown
    const { message, expected, received } = thrown.details
    fail(expected ?? 'a legal node', `${received ?? 'another'} (${message})`)
  }
  if (inferred.length !== node.outputs.length) fail(`${inferred.length} outputs`, String(node.outputs.length))
  for (const [index, shape] of inferred.entries()) {
    const actual = shapeOf(node.outputs[index] as ValueId)
    if (!sameShape(shape, actual)) fail(`output ${index} of the shape ${formatShape(shape)}`, formatShape(actual))
  }
}
