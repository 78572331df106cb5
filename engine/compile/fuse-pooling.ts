import { pooledHalves } from '../ops/windows.ts'
import type { IrGraph, IrNode, ValueId } from './ir.ts'
import { producers, removeDeadCode, withNodes } from './rewrite.ts'

/** Who reads each value; an output or the loss is read by `null`. */
function readersOf(graph: IrGraph): Map<ValueId, (IrNode | null)[]> {
  const readers = new Map<ValueId, (IrNode | null)[]>()
  const add = (id: ValueId, reader: IrNode | null): void => {
    const known = readers.get(id)
    if (known) known.push(reader)
    else readers.set(id, [reader])
  }
  for (const node of graph.nodes) for (const input of node.inputs) if (input !== null) add(input, node)
  for (const output of graph.outputs) add(output.value, null)
  if (graph.loss !== undefined) add(graph.loss, null)
  return readers
}

function isHalving(node: IrNode): boolean {
  return Object.entries(pooledHalves).every(([name, value]) => node.attributes[name] === value)
}

/**
 * Pools where batches are normalised: a `max_pool2d` of 2 x 2 pixels that alone reads what a batch normalisation (and relu) makes goes into it, and the two gradients
 * into one. The normalised images are then neither stored for the way back nor read there. To be run after `fuseKernels`.
 */
export function fusePooling(graph: IrGraph): IrGraph {
  const readers = readersOf(graph)
  const made = producers(graph)
  const replaced = new Map<IrNode, IrNode | null>()

  const fuse = (pool: IrNode): void => {
    const y = pool.inputs[0] as ValueId
    const normal = made.get(y)
    if (normal?.op !== 'batch_normalization' || normal.outputs[0] !== y || !isHalving(pool)) return
    const { activation } = normal.attributes
    if (activation !== 'linear' && activation !== 'relu') return
    const others = (readers.get(y) ?? []).filter((reader) => reader !== pool)
    if (others.length > 1) return
    if (others.length === 1 && !fuseGradients(others[0] ?? null, normal, y)) return
    replaced.set(normal, null)
    replaced.set(pool, {
      ...normal,
      op: 'batch_normalization_max_pool',
      outputs: [pool.outputs[0] as ValueId, ...normal.outputs.slice(1)],
    })
  }

  /** Replaces the gradients of the pooling and of the normalisation before it by one; says whether they are what they should be. */
  const fuseGradients = (unpool: IrNode | null, normal: IrNode, y: ValueId): boolean => {
    if (unpool?.op !== 'max_pool2d_gradient' || unpool.inputs[1] !== y || !isHalving(unpool)) return false
    if (unpool.attributes.activation !== normal.attributes.activation) return false
    const [behind, ...more] = readers.get(unpool.outputs[0] as ValueId) ?? []
    if (behind?.op !== 'batch_normalization_gradient' || more.length > 0) return false
    const [spread, x, gamma, mean, inverse] = behind.inputs as (ValueId | null)[]
    if (spread !== unpool.outputs[0] || x !== normal.inputs[0] || mean !== normal.outputs[1]) return false
    replaced.set(unpool, null)
    replaced.set(behind, {
      ...behind,
      op: 'batch_normalization_max_pool_gradient',
      inputs: [
        unpool.inputs[0] as ValueId,
        x as ValueId,
        gamma ?? null,
        normal.inputs[2] ?? null,
        mean as ValueId,
        inverse as ValueId,
      ],
      attributes: { activation: normal.attributes.activation as string },
    })
    return true
  }

  for (const node of graph.nodes) if (node.op === 'max_pool2d') fuse(node)
  const nodes = graph.nodes.flatMap((node) => {
    const fused = replaced.get(node)
    return fused === undefined ? [node] : fused === null ? [] : [fused]
  })
  return removeDeadCode(withNodes(graph, nodes))
}
