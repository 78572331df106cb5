import { describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { IrGraph, IrNode, IrValue } from '../../../engine/compile/ir.ts'
import { verify } from '../../../engine/compile/verify.ts'

/** x (0), w (1), b (2), target (3) -> dense (4) -> relu (5) -> loss (6) -> mean (7), and an update of w in place (8). */
function legalGraph(): IrGraph {
  const builder = createGraphBuilder()
  const x = builder.value('feed', 'x', [-1, 3], { slot: 0 })
  const w = builder.value('parameter', 'w', [3, 2])
  const b = builder.value('constant', 'b', [2], { literal: [1, 2] })
  const target = builder.value('feed', 'target', [-1, 2], { slot: 1 })
  const y = builder.emitOne('activation', [builder.emitOne('dense', [x, w, b])], { activation: 'relu' })
  const loss = builder.emitOne('batch_mean', [builder.emitOne('mean_squared_error', [y, target])])
  const gradient = builder.value('parameter', 'g', [3, 2])
  builder.emit('sgd_update', [w, gradient], { count: 1 })
  return builder.finish('damaged', [{ name: 'y', value: y }], loss)
}

function withNode(graph: IrGraph, index: number, change: Partial<IrNode>): IrGraph {
  return { ...graph, nodes: graph.nodes.with(index, { ...(graph.nodes[index] as IrNode), ...change }) }
}

function withValue(graph: IrGraph, id: number, change: Partial<IrValue>): IrGraph {
  const values = new Map(graph.values)
  values.set(id, { ...(values.get(id) as IrValue), ...change })
  return { ...graph, values }
}

function withoutValue(graph: IrGraph, id: number): IrGraph {
  const values = new Map(graph.values)
  values.delete(id)
  return { ...graph, values }
}

const [DENSE, RELU, LOSS, , UPDATE] = [0, 1, 2, 3, 4]

const damages: Record<string, [(graph: IrGraph) => IrGraph, RegExp]> = {
  'an input that does not exist': [(g) => withNode(g, RELU, { inputs: [99] }), /node 1.*activation\(%99\)/],
  'a node whose output does not exist': [(g) => withNode(g, RELU, { outputs: [99] }), /node 1/],
  'nodes out of order': [(g) => ({ ...g, nodes: [g.nodes[1] as IrNode, ...g.nodes.toSpliced(1, 1)] }), /node 0/],
  'a value computed twice': [(g) => ({ ...g, nodes: g.nodes.toSpliced(1, 0, g.nodes[0] as IrNode) }), /node 1/],
  'a parameter as output': [(g) => withNode(g, DENSE, { outputs: [1] }), /node 0/],
  'too few inputs': [(g) => withNode(g, LOSS, { inputs: [5] }), /node 2.*mean_squared_error/],
  'a missing input': [(g) => withNode(g, LOSS, { inputs: [5, null] }), /node 2/],
  'too many outputs': [(g) => withNode(g, DENSE, { outputs: [4, 3] }), /node 0/],
  'no outputs': [(g) => withNode(g, LOSS, { outputs: [] }), /node 2/],
  'an unknown op': [(g) => withNode(g, RELU, { op: 'rleu' }), /rleu/],
  'an attribute that does not exist': [(g) => withNode(g, RELU, { attributes: { slope: 1 } }), /node 1/],
  'a missing attribute': [(g) => withNode(g, RELU, { attributes: { activation: 'relu' } }), /node 1/],
  'an attribute out of range': [
    (g) => withNode(g, UPDATE, { attributes: { count: 0, momentum: 0, nesterov: false } }),
    /node 4/,
  ],
  'a shape that is not the inferred one': [(g) => withValue(g, 4, { shape: [-1, 5] }), /node [01]/],
  'a shape with a dimension of 0': [(g) => withValue(g, 5, { shape: [-1, 0] }), /value %5/],
  'a batch that is not first': [(g) => withValue(g, 0, { shape: [3, -1] }), /value %0/],
  'a feed without slot': [(g) => withValue(g, 0, { slot: undefined }), /value %0/],
  'a constant of the wrong length': [(g) => withValue(g, 2, { literal: [1] }), /value %2/],
  'a value under another id': [(g) => withValue(g, 5, { id: 6 }), /value %5/],
  'an output that is not computed': [(g) => ({ ...g, nodes: g.nodes.slice(0, 1), loss: undefined }), /output y/],
  'an output that does not exist': [(g) => ({ ...g, outputs: [{ name: 'y', value: 99 }] }), /output y/],
  'a loss that is no scalar': [(g) => ({ ...g, loss: 5 }), /loss/],
  'a loss that does not exist': [(g) => withoutValue({ ...g, nodes: [], outputs: [] }, 7), /loss/],
  'a read after the value was overwritten': [
    (g) => ({ ...g, nodes: [g.nodes[UPDATE as number] as IrNode, ...g.nodes.slice(0, 4)] }),
    /node 1.*dense/,
  ],
}

describe('verify', () => {
  it('lets a legal graph pass unchanged', () => {
    const graph = legalGraph()
    expect(verify(graph, 'test')).toBe(graph)
  })

  it.each(Object.entries(damages))('refuses %s', (_, [damage, place]) => {
    let thrown: unknown
    try {
      verify(damage(legalGraph()), 'the pass at fault')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(LaminaError)
    const { code, where, message, expected, received } = (thrown as LaminaError).details
    expect(code).toBe('compile.illegal-ir')
    expect(message).toContain('the pass at fault')
    expect(where).toMatch(place)
    expect(expected && received).toBeTruthy()
  })
})
