import { formatShape, sameShape } from '../base/shape.ts'
import type { LayerProblem, WeightSpec } from '../layers/layer.ts'
import { findLayer } from '../layers/registry.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { GraphDocument, GraphNode, NodeId } from './document.ts'
import type { Edit } from './edit.ts'
import type { Change } from './patch.ts'

/** Nodes of a group beyond which a chain of references must be a circle. */
const MOST_STEPS = 1000

/**
 * The node whose weights a node uses: itself, or the end of its `weightsFrom` references. A reference that leads nowhere, to another type
 * or in a circle counts as none; `sharingFindings` tells of it.
 */
export function weightOwner(document: GraphDocument, node: GraphNode): GraphNode {
  let owner = node
  for (let steps = 0; owner.weightsFrom !== undefined; steps += 1) {
    const next = document.nodes[owner.weightsFrom]
    if (!next || next.type !== node.type || steps > MOST_STEPS) return node
    owner = next
  }
  return owner
}

/** All nodes that use the weights of this one, itself among them. */
export function sharingGroup(document: GraphDocument, node: GraphNode): GraphNode[] {
  const owner = weightOwner(document, node)
  return Object.values(document.nodes).filter((other) => other === node || weightOwner(document, other) === owner)
}

function without(node: GraphNode): GraphNode {
  const { weightsFrom: _, ...rest } = node
  return rest
}

/** One layer called twice has one setting: `node` with the parameters and the freezing of `owner`, and its weights. */
function follower(node: GraphNode, owner: GraphNode): GraphNode {
  const { frozen: _, ...rest } = node
  return { ...rest, params: owner.params, ...(owner.frozen ? { frozen: true } : {}), weightsFrom: owner.id }
}

/**
 * Lets a node use the weights of another (null: its own again). It takes over the other's parameters; nodes that used its weights follow.
 * Refuses another type (`graph.shared-type`) and layers that have no weights to share (`graph.shared-nothing`).
 */
export function shareWeights(document: GraphDocument, id: NodeId, from: NodeId | null): Edit {
  const node = document.nodes[id]
  const chosen = from === null ? null : document.nodes[from]
  if (!node || chosen === undefined)
    return {
      ok: false,
      problem: { code: 'edit.unknown-node', message: `There is no node "${node ? from : id}".`, expected: 'a node' },
    }
  if (chosen === null) {
    const changes: Change[] = node.weightsFrom ? [{ kind: 'node', id, before: node, after: without(node) }] : []
    return { ok: true, patch: { label: `Give ${node.name} weights of its own`, changes } }
  }
  if (chosen.type !== node.type || chosen.id === id)
    return {
      ok: false,
      problem: {
        code: 'graph.shared-type',
        message: `${node.name} cannot use the weights of ${chosen.name}.`,
        where: node.name,
        expected: `another ${findLayer(node.type)?.label ?? node.type} layer`,
        received: chosen.id === id ? 'itself' : (findLayer(chosen.type)?.label ?? chosen.type),
        fix: 'Choose another layer of the same type.',
      },
    }
  const owner = weightOwner(document, chosen)
  const heir = owner.id === id ? chosen : owner
  const changes: Change[] = heir === owner ? [] : [{ kind: 'node', id: heir.id, before: heir, after: without(heir) }]
  for (const member of [node, ...sharingGroup(document, node).filter((other) => other.id !== id)])
    if (member.id !== heir.id)
      changes.push({ kind: 'node', id: member.id, before: member, after: follower(member, heir) })
  return { ok: true, patch: { label: `Share the weights of ${heir.name}`, changes } }
}

/** Changes that keep sharing sound when nodes go: the first that used the weights of one that goes owns them from now on. */
export function inherit(document: GraphDocument, gone: ReadonlySet<NodeId>): Change[] {
  const changes: Change[] = []
  const heirs = new Map<NodeId, GraphNode>()
  for (const node of Object.values(document.nodes)) {
    if (gone.has(node.id) || node.weightsFrom === undefined) continue
    const owner = weightOwner(document, node)
    // The end of a chain may stay although a link of it goes.
    if (!gone.has(owner.id) && !gone.has(node.weightsFrom)) continue
    const heir = gone.has(owner.id) ? heirs.get(owner.id) : owner
    if (!heir) heirs.set(owner.id, node)
    const after = heir && heir !== node ? { ...node, weightsFrom: heir.id } : without(node)
    changes.push({ kind: 'node', id: node.id, before: node, after })
  }
  return changes
}

/** Why two nodes cannot have the same weights (`graph.shared-weights`), or null. */
export function weightsProblem(
  own: readonly WeightSpec[],
  owner: { name: string; weights: readonly WeightSpec[] },
): LayerProblem | null {
  const text = (weights: readonly WeightSpec[]): string =>
    weights.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ') || 'no weights'
  const fits =
    own.length === owner.weights.length &&
    own.every(({ name, shape }, index) => {
      const other = owner.weights[index]
      return other?.name === name && sameShape(other.shape, shape)
    })
  if (fits) return null
  return {
    code: 'graph.shared-weights',
    message: `The weights of ${owner.name} do not fit here: the inputs differ.`,
    expected: text(owner.weights),
    received: text(own),
    fix: `Let an input of the shape arrive that ${owner.name} has, or give the layer weights of its own.`,
  }
}

/** References that lead nowhere, and layers of one group whose settings differ. */
export function sharingFindings(document: GraphDocument): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const node of Object.values(document.nodes)) {
    if (node.weightsFrom === undefined) continue
    const at = { severity: 'error', node: node.id, where: node.name } as const
    const alone: Change[] = [{ kind: 'node', id: node.id, before: node, after: without(node) }]
    const owner = weightOwner(document, node)
    if (owner === node) {
      const named = document.nodes[node.weightsFrom]
      found.push({
        ...at,
        code: 'graph.shared-type',
        message: `${node.name} is to use the weights of ${named ? `${named.name}, which has none for it` : 'a layer that does not exist'}.`,
        expected: `another ${findLayer(node.type)?.label ?? node.type} layer that owns its weights`,
        received: named ? (findLayer(named.type)?.label ?? named.type) : node.weightsFrom,
        fix: 'Choose the layer again, or give this one weights of its own.',
        repair: { label: 'Give it weights of its own', changes: alone },
      })
      continue
    }
    const same = JSON.stringify(settings(node)) === JSON.stringify(settings(owner))
    if (same) continue
    const changes: Change[] = [{ kind: 'node', id: node.id, before: node, after: follower(node, owner) }]
    found.push({
      ...at,
      code: 'graph.shared-settings',
      message: `${node.name} uses the weights of ${owner.name} but is set otherwise.`,
      expected: `the settings of ${owner.name}`,
      received: 'other settings',
      fix: 'One layer that is called twice has one setting: take over the other one, or give it weights of its own.',
      repair: { label: `Set it as ${owner.name}`, changes },
    })
  }
  return found
}

function settings({ params, frozen }: GraphNode): unknown {
  return [Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)), frozen ?? false]
}
