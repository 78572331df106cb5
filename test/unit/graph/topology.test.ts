import { describe, expect, it } from 'vitest'
import { reachable, topologyOf } from '../../../engine/graph/topology.ts'
import { draw } from './documents.ts'

const diamond = draw({ in: ['input'], b: ['dense'], a: ['dense'], sum: ['add'], out: ['output'] }, [
  'in -> b',
  'in -> a',
  'b -> sum',
  'a -> sum',
  'sum -> out',
])

describe('topologyOf', () => {
  it('puts every layer after those it depends on, ties in the order of names', () => {
    expect(topologyOf(diamond).order).toEqual(['in', 'a', 'b', 'sum', 'out'])
  })

  it('does not depend on the order in which layers were drawn', () => {
    const nodes = Object.fromEntries(Object.entries(diamond.nodes).reverse())
    const edges = Object.fromEntries(Object.entries(diamond.edges).reverse())
    expect(topologyOf({ format: 2, nodes, edges }).order).toEqual(topologyOf(diamond).order)
  })

  it('names the layers of each cycle and leaves what depends on them out of the order', () => {
    const back = { id: 'x', from: { node: 'sum', port: 'output' }, to: { node: 'a', port: 'input' }, order: 1 }
    const broken = { ...diamond, edges: { ...diamond.edges, x: back } }
    const { order, cycles } = topologyOf(broken)
    expect(order).toEqual(['in', 'b'])
    expect(cycles).toHaveLength(1)
    expect([...(cycles[0] ?? [])].sort()).toEqual(['a', 'sum'])
  })

  it('finds two separate cycles', () => {
    const loop = (id: string, from: string, to: string) => ({
      [id]: { id, from: { node: from, port: 'output' }, to: { node: to, port: 'input' }, order: 0 },
    })
    const base = draw({ a: ['dense'], b: ['dense'], c: ['dense'], d: ['dense'] }, ['a -> b', 'c -> d'])
    const edges = { ...base.edges, ...loop('x', 'b', 'a'), ...loop('y', 'd', 'c') }
    expect(topologyOf({ ...base, edges }).cycles.map((cycle) => [...cycle].sort())).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('orders 20,000 layers in well under a second', { retry: 2 }, () => {
    const nodes: Record<string, (typeof diamond.nodes)[string]> = {}
    const edges: Record<string, (typeof diamond.edges)[string]> = {}
    for (let index = 0; index < 20_000; index += 1) {
      const id = `n${index}`
      nodes[id] = { id, type: 'dense', name: id, params: {}, position: { x: 0, y: 0 } }
      if (index === 0) continue
      const from = { node: `n${index - 1}`, port: 'output' }
      edges[id] = { id, from, to: { node: id, port: 'input' }, order: 0 }
    }
    const start = performance.now()
    const { order } = topologyOf({ format: 2, nodes, edges })
    expect(order).toHaveLength(20_000)
    expect(order.at(-1)).toBe('n19999')
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('reachable', () => {
  it('walks along edges or against them', () => {
    expect([...reachable(diamond, ['a'], 'forward')].sort()).toEqual(['a', 'out', 'sum'])
    expect([...reachable(diamond, ['a'], 'backward')].sort()).toEqual(['a', 'in'])
  })
})
