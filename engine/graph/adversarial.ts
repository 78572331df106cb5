import type { Diagnostic } from './diagnostic.ts'
import type { GraphDocument, GraphNode, NodeId } from './document.ts'
import type { DocumentInference } from './infer.ts'
import { connectionsOf, reachable } from './topology.ts'

/** The layer at which real and generated samples meet. */
export const JUNCTION = 'real_or_generated'

/** True for the drawing of a GAN. */
export function hasAdversaries({ nodes }: GraphDocument): boolean {
  return Object.values(nodes).some(({ type }) => type === JUNCTION)
}

/** The two networks of a GAN. */
export interface Adversaries {
  junction: NodeId
  /** Layers behind the junction, the Output included. */
  discriminator: ReadonlySet<NodeId>
  /** Layers that lead to the port of generated samples. */
  generator: ReadonlySet<NodeId>
  /** What arrives at either port. */
  real: NodeId | undefined
  generated: NodeId | undefined
}

/** The junction that an Output stands behind; undefined for the Output of an ordinary network. */
export function adversariesOf(document: GraphDocument, output: NodeId): Adversaries | undefined {
  const before = reachable(document, [output], 'backward')
  const junction = [...before].find((id) => document.nodes[id]?.type === JUNCTION)
  if (junction === undefined) return undefined
  const ports = connectionsOf(document).incoming.get(junction)
  const source = (port: string): NodeId | undefined => ports?.get(port)?.[0]?.from.node
  const [real, generated] = [source('real'), source('generated')]
  const discriminator = reachable(document, [junction], 'forward')
  discriminator.delete(junction)
  const generator = reachable(document, generated === undefined ? [] : [generated], 'backward')
  return { junction, discriminator, generator, real, generated }
}

/** The Input whose numbers generated samples imitate, when only their arrangement changes on the way to the junction. */
export function imitatedInput(document: GraphDocument, { real }: Adversaries): NodeId | undefined {
  const { incoming } = connectionsOf(document)
  let node = real === undefined ? undefined : document.nodes[real]
  for (let steps = 0; node && (node.type === 'reshape' || node.type === 'flatten') && steps < 1000; steps += 1) {
    const edge = [...(incoming.get(node.id)?.values() ?? [])][0]?.[0]
    node = edge && document.nodes[edge.from.node]
  }
  return node?.type === 'input' ? node.id : undefined
}

/** What a drawing with Noise or a junction must keep to. */
export function diagnoseAdversaries(document: GraphDocument, inference: DocumentInference): Diagnostic[] {
  const nodes = Object.values(document.nodes)
  const ofType = (type: string): GraphNode[] => nodes.filter((node) => node.type === type)
  const [junction, ...others] = ofType(JUNCTION)
  const outputs = ofType('output')
  const at = (node: GraphNode) => ({ node: node.id, where: node.name })
  const found: Diagnostic[] = []
  if (!junction) return found
  for (const other of others)
    found.push({
      severity: 'error',
      code: 'gan.one-junction',
      message: `A drawing holds one GAN, and ${junction.name} is its junction already.`,
      ...at(other),
      expected: 'one RealOrGenerated',
      received: `${others.length + 1}`,
      fix: 'Remove one of them, or use a model of its own.',
    })
  const [output, ...further] = outputs
  if (!output) return found
  const parts = adversariesOf(document, output.id)
  if (!parts || further.length > 0)
    found.push({
      severity: 'error',
      code: 'gan.one-output',
      message: 'A GAN has one Output, behind its junction.',
      ...at(further[0] ?? output),
      expected: `one Output behind ${junction.name}`,
      received: parts ? `${outputs.length} Outputs` : `${output.name}, which is not behind it`,
      fix: 'Connect the discriminator to the Output, and remove other Outputs.',
    })
  if (!parts) return found
  const noises = ofType('noise').map(({ id }) => id)
  if (parts.generated !== undefined && !noises.some((id) => parts.generator.has(id)))
    found.push({
      severity: 'error',
      code: 'gan.no-noise',
      message: 'Nothing random leads to the generated samples, so the generator could only make one of them.',
      ...at(junction),
      port: 'generated',
      expected: 'a path from a Noise layer',
      received: 'none',
      fix: 'Feed the generator from a Noise layer.',
    })
  const real = reachable(document, parts.real === undefined ? [] : [parts.real], 'backward')
  if (parts.real !== undefined && ![...real].some((id) => document.nodes[id]?.type === 'input'))
    found.push({
      severity: 'error',
      code: 'gan.no-data',
      message: 'The real samples do not come from the data.',
      ...at(junction),
      port: 'real',
      expected: 'a path from an Input',
      received: 'none',
      fix: 'Connect an Input to the port of real samples.',
    })
  for (const id of real) {
    const node = document.nodes[id] as GraphNode
    if ((inference.nodes[id]?.trainable ?? 0) === 0 || parts.generator.has(id)) continue
    found.push({
      severity: 'warning',
      code: 'gan.untrained',
      message: `${node.name} stands between the data and the junction: it belongs to neither network, so its weights stay as they are.`,
      ...at(node),
      fix: 'Move it behind the junction, or freeze it.',
    })
  }
  for (const node of nodes) {
    const owner = node.weightsFrom
    if (owner === undefined || parts.discriminator.has(owner) === parts.discriminator.has(node.id)) continue
    found.push({
      severity: 'error',
      code: 'gan.shared-weights',
      message: `${node.name} shares weights between generator and discriminator, which learn against each other.`,
      ...at(node),
      expected: 'weights that belong to one of the two',
      received: `the weights of ${document.nodes[owner]?.name ?? owner}`,
      fix: 'Give it weights of its own.',
    })
  }
  return found
}
