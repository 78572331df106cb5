import { elementCount } from '../base/shape.ts'
import { findOp } from '../ops/registry.ts'
import type { IrGraph, IrNode, IrValue, ValueId } from './ir.ts'
import { inArena, storageRoots } from './storage.ts'

/** What the order of nodes is judged by: which storage each node takes and reads, in floats. */
interface Costs {
  /** Roots in the arena that a node reads, each once. */
  reads: readonly (readonly ValueId[])[]
  /** Floats that a node takes for its outputs. */
  takes: readonly number[]
  size: ReadonlyMap<ValueId, number>
  /** Number of nodes that read a root; those that are outputs have one more, so that they are never given back. */
  readers: ReadonlyMap<ValueId, number>
}

function measure(graph: IrGraph, batchCapacity: number): Costs {
  const roots = storageRoots(graph)
  const size = new Map<ValueId, number>()
  const readers = new Map<ValueId, number>()
  for (const [id, root] of roots) {
    const value = graph.values.get(id) as IrValue
    if (id === root && inArena(value)) size.set(id, elementCount(value.shape, batchCapacity))
  }
  const reads = graph.nodes.map((node) => {
    const own = new Set<ValueId>()
    for (const input of node.inputs) {
      const root = input === null ? undefined : roots.get(input)
      if (root !== undefined && size.has(root)) own.add(root)
    }
    for (const root of own) readers.set(root, (readers.get(root) ?? 0) + 1)
    return [...own]
  })
  for (const output of graph.outputs) {
    const root = roots.get(output.value) as ValueId
    readers.set(root, (readers.get(root) ?? 0) + 1)
  }
  const takes = graph.nodes.map((node) =>
    node.outputs.reduce((sum, output) => sum + (roots.get(output) === output ? (size.get(output) ?? 0) : 0), 0),
  )
  return { reads, takes, size, readers }
}

/** Most floats in use at once when the nodes run in `order`; feeds are there from the start. */
function peakOf(graph: IrGraph, order: readonly number[], costs: Costs): number {
  const left = new Map(costs.readers)
  let live = 0
  for (const value of graph.values.values()) if (value.role === 'feed') live += costs.size.get(value.id) ?? 0
  let peak = live
  for (const index of order) {
    live += costs.takes[index] as number
    peak = Math.max(peak, live)
    for (const root of costs.reads[index] as readonly ValueId[]) {
      const rest = (left.get(root) as number) - 1
      left.set(root, rest)
      if (rest === 0) live -= costs.size.get(root) as number
    }
  }
  return peak
}

/** Edges of the order: a node after those that make its inputs, and one that overwrites after all other readers. */
function successorsOf(graph: IrGraph): { successors: number[][]; waits: number[] } {
  const maker = new Map<ValueId, number>()
  const readersOf = new Map<ValueId, number[]>()
  for (const [index, node] of graph.nodes.entries()) {
    for (const output of node.outputs) maker.set(output, index)
    for (const input of new Set(node.inputs)) {
      if (input === null) continue
      const readers = readersOf.get(input)
      if (readers) readers.push(index)
      else readersOf.set(input, [index])
    }
  }
  const successors: number[][] = graph.nodes.map(() => [])
  const waits = graph.nodes.map(() => 0)
  const link = (from: number, to: number): void => {
    ;(successors[from] as number[]).push(to)
    waits[to] = (waits[to] as number) + 1
  }
  for (const [index, node] of graph.nodes.entries()) {
    const before = new Set<number>()
    for (const input of node.inputs) {
      const from = input === null ? undefined : maker.get(input)
      if (from !== undefined) before.add(from)
    }
    for (const [, input] of findOp(node.op).inPlace?.(node.inputs.length, node.attributes) ?? [])
      for (const reader of readersOf.get(node.inputs[input] as ValueId) ?? []) if (reader !== index) before.add(reader)
    for (const from of before) link(from, index)
  }
  return { successors, waits }
}

/** A heap of nodes, the smallest score first, then the earlier in the graph. */
class Ready {
  readonly #items: { score: number; index: number }[] = []

  push(score: number, index: number): void {
    const items = this.#items
    items.push({ score, index })
    let at = items.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) break
      this.#swap(at, parent)
      at = parent
    }
  }

  pop(): { score: number; index: number } | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (!top || !last || items.length === 0) return top
    items[0] = last
    for (let at = 0; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < items.length && this.#before(child, least)) least = child
      if (least === at) return top
      this.#swap(at, least)
      at = least
    }
  }

  #before(a: number, b: number): boolean {
    const left = this.#items[a] as { score: number; index: number }
    const right = this.#items[b] as { score: number; index: number }
    return left.score < right.score || (left.score === right.score && left.index < right.index)
  }

  #swap(a: number, b: number): void {
    const kept = this.#items[a] as { score: number; index: number }
    this.#items[a] = this.#items[b] as { score: number; index: number }
    this.#items[b] = kept
  }
}

/** List scheduling: of the nodes that can run, the one after which least storage is in use. */
function greedyOrder(graph: IrGraph, costs: Costs): number[] {
  const { successors, waits } = successorsOf(graph)
  const left = new Map(costs.readers)
  // The exclusive or of the readers to come is the last of them once only one is left.
  const remaining = new Map<ValueId, number>()
  for (const [index, roots] of costs.reads.entries())
    for (const root of roots) remaining.set(root, (remaining.get(root) ?? 0) ^ index)
  const score = (index: number): number => {
    let change = costs.takes[index] as number
    for (const root of costs.reads[index] as readonly ValueId[])
      if (left.get(root) === 1) change -= costs.size.get(root) as number
    return change
  }
  const ready = new Ready()
  const done = new Set<number>()
  const order: number[] = []
  for (const [index, wait] of waits.entries()) if (wait === 0) ready.push(score(index), index)
  for (let next = ready.pop(); next; next = ready.pop()) {
    const { index } = next
    if (done.has(index) || next.score !== score(index)) continue
    done.add(index)
    order.push(index)
    for (const root of costs.reads[index] as readonly ValueId[]) {
      const rest = (left.get(root) as number) - 1
      left.set(root, rest)
      const others = (remaining.get(root) as number) ^ index
      remaining.set(root, others)
      if (rest === 1 && waits[others] === 0 && !done.has(others)) ready.push(score(others), others)
    }
    for (const successor of successors[index] as number[]) {
      waits[successor] = (waits[successor] as number) - 1
      if (waits[successor] === 0) ready.push(score(successor), successor)
    }
  }
  return order
}

/** True for the update of parameters and what follows from it, which come last. */
function isUpdate(node: IrNode): boolean {
  const op = findOp(node.op)
  return op.update === true || (op.effect === true && op.inPlace !== undefined)
}

/** Updates whose result only other such updates read. One that is read on (a discriminator's) stays where it is. */
function finalUpdates(nodes: readonly IrNode[]): Set<IrNode> {
  const last = new Set<IrNode>()
  const read = new Set<ValueId | null>()
  for (const node of nodes.toReversed()) {
    if (isUpdate(node) && !node.outputs.some((output) => read.has(output))) last.add(node)
    else for (const input of node.inputs) read.add(input)
  }
  return last
}

/**
 * Orders the nodes so that less memory is in use at once: the better of the order at hand and a greedy one. The same graph always gives
 * the same order; what updates parameters comes last.
 */
export function schedule(graph: IrGraph, batchCapacity: number): IrGraph {
  const costs = measure(graph, batchCapacity)
  const given = graph.nodes.map((_, index) => index)
  const greedy = greedyOrder(graph, costs)
  const best = peakOf(graph, greedy, costs) < peakOf(graph, given, costs) ? greedy : given
  const nodes = best.map((index) => graph.nodes[index] as IrNode)
  const last = finalUpdates(nodes)
  return { ...graph, nodes: [...nodes.filter((node) => !last.has(node)), ...nodes.filter((node) => last.has(node))] }
}
