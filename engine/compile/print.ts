import { formatShape } from '../base/shape.ts'
import type { AttributeValue, OpDeclaration } from '../ops/op.ts'
import { findOp } from '../ops/registry.ts'
import type { IrGraph, IrNode, IrValue } from './ir.ts'

function attributeText(op: OpDeclaration | null, node: IrNode): string {
  const parts: string[] = []
  const specs = op?.attributes ?? {}
  // What has no influence is not shown: alpha of an activation without one, and all else at its default.
  for (const [name, value] of Object.entries(node.attributes)) {
    if (specs[name]?.default === value) continue
    parts.push(` ${name}=${Array.isArray(value) ? `[${value.join(', ')}]` : String(value as AttributeValue)}`)
  }
  return parts.join('')
}

function valueText(graph: IrGraph, id: number): string {
  const value = graph.values.get(id)
  return `%${id}: ${value ? formatShape(value.shape) : '?'}`
}

/** One node as a line: `%7: N x 3 = dense(%0, %1, %2) activation=relu  // dense_1`. Unknown ops and values are printed as they are. */
export function printNode(graph: IrGraph, node: IrNode): string {
  let op: OpDeclaration | null = null
  try {
    op = findOp(node.op)
  } catch {
    op = null
  }
  const outputs = node.outputs.map((id) => valueText(graph, id)).join(', ')
  const inputs = node.inputs.map((id) => (id === null ? '-' : `%${id}`)).join(', ')
  const rate = node.rate ? ` by rate ${node.rate}` : ''
  const origin = node.origin ? `  // ${node.origin}` : ''
  return `${outputs}${outputs ? ' = ' : ''}${node.op}(${inputs})${attributeText(op, node)}${rate}${origin}`
}

function declarationText(value: IrValue): string {
  const extra =
    value.role === 'feed'
      ? ` slot ${value.slot}`
      : value.role === 'constant'
        ? ` [${(value.literal ?? []).slice(0, 8).join(', ')}${(value.literal ?? []).length > 8 ? ', ...' : ''}]`
        : ''
  return `%${value.id}: ${formatShape(value.shape)} = ${value.role}${extra} ${value.name}`
}

/** The graph as text: what it reads, its nodes in order, what it gives back. */
export function printGraph(graph: IrGraph): string {
  const lines = [`graph ${graph.name}`]
  for (const value of graph.values.values()) if (value.role !== 'temporary') lines.push(`  ${declarationText(value)}`)
  for (const node of graph.nodes) lines.push(`  ${printNode(graph, node)}`)
  for (const output of graph.outputs) lines.push(`  output ${output.name} = %${output.value}`)
  if (graph.loss !== undefined) lines.push(`  loss = %${graph.loss}`)
  return lines.join('\n')
}
