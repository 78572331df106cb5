import { elementCount, sameShape } from '../base/shape.ts'
import { reusePairs } from '../ops/op.ts'
import { findOp, isOptionalOutput } from '../ops/registry.ts'
import type { IrGraph, IrNode, IrValue, ValueId } from './ir.ts'
import { countUses } from './rewrite.ts'
import { inArena, storageRoots } from './storage.ts'

/** Offsets are multiples of this many floats (64 bytes). */
export const ALIGNMENT = 16

/** The least multiple of the alignment that holds so many floats. */
export function aligned(floats: number): number {
  return Math.ceil(floats / ALIGNMENT) * ALIGNMENT
}

export interface MemoryPlan {
  /** Where each value of the arena begins, in floats; optional outputs that nothing reads are not there. */
  offsets: ReadonlyMap<ValueId, number>
  arenaFloats: number
}

interface Block {
  offset: number
  size: number
}

/** The arena while the program is walked through: blocks that were given back, by offset, neighbours merged. */
class Arena {
  readonly #free: Block[] = []
  end = 0

  /** The smallest free block that is large enough, else the end of the arena, a free block there included. */
  take(size: number): Block {
    let best = -1
    for (const [index, block] of this.#free.entries())
      if (block.size >= size && (best < 0 || block.size < (this.#free[best] as Block).size)) best = index
    const found = this.#free[best]
    if (found) {
      const taken = { offset: found.offset, size }
      if (found.size === size) this.#free.splice(best, 1)
      else {
        found.offset += size
        found.size -= size
      }
      return taken
    }
    const last = this.#free.at(-1)
    let offset = this.end
    if (last && last.offset + last.size === this.end) {
      offset = last.offset
      this.#free.pop()
    }
    this.end = offset + size
    return { offset, size }
  }

  give(block: Block): void {
    let low = 0
    let high = this.#free.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#free[middle] as Block).offset < block.offset) low = middle + 1
      else high = middle
    }
    const before = this.#free[low - 1]
    const after = this.#free[low]
    const merged = { ...block }
    let start = low
    let removed = 0
    if (before && before.offset + before.size === block.offset) {
      merged.offset = before.offset
      merged.size += before.size
      start -= 1
      removed += 1
    }
    if (after && block.offset + block.size === after.offset) {
      merged.size += after.size
      removed += 1
    }
    this.#free.splice(start, removed, merged)
  }
}

/** Index of the last node that reads each root; outputs are read after the end. */
function lastReads(graph: IrGraph, roots: ReadonlyMap<ValueId, ValueId>): Map<ValueId, number> {
  const last = new Map<ValueId, number>()
  for (const [index, node] of graph.nodes.entries())
    for (const input of node.inputs) if (input !== null) last.set(roots.get(input) as ValueId, index)
  for (const output of graph.outputs) last.set(roots.get(output.value) as ValueId, graph.nodes.length)
  return last
}

/**
 * Gives every feed and temporary a place in the arena for `batchCapacity` samples, so that values in use at the same time never overlap.
 * Reshapes and in-place outputs lie where their input lies; an output takes over an input's place where the op allows it and the input is
 * needed no more.
 */
export function planMemory(graph: IrGraph, batchCapacity: number): MemoryPlan {
  const roots = storageRoots(graph)
  const last = lastReads(graph, roots)
  const uses = countUses(graph)
  const arena = new Arena()
  const blocks = new Map<ValueId, Block>()
  const lookUp = (id: ValueId): IrValue => graph.values.get(id) as IrValue
  const sizeOf = (id: ValueId): number => aligned(elementCount(lookUp(id).shape, batchCapacity))

  for (const value of graph.values.values())
    if (value.role === 'feed') blocks.set(value.id, arena.take(sizeOf(value.id)))

  /** The input whose place output `position` may take over. */
  const takeOver = (node: IrNode, index: number, position: number): ValueId | null => {
    const pairs = reusePairs(findOp(node.op), node.attributes).filter(([output]) => output === position)
    const shape = lookUp(node.outputs[position] as ValueId).shape
    const allowed = (input: number): boolean =>
      pairs.some(([, permitted]) => permitted === input) &&
      sameShape(lookUp(node.inputs[input] as ValueId).shape, shape)
    for (const [, input] of pairs) {
      const id = node.inputs[input]
      if (id == null) continue
      const root = roots.get(id) as ValueId
      if (!blocks.has(root) || last.get(root) !== index || !allowed(input)) continue
      const others = node.inputs.every((other, at) => other === null || roots.get(other) !== root || allowed(at))
      if (others) return root
    }
    return null
  }

  for (const [index, node] of graph.nodes.entries()) {
    const op = findOp(node.op)
    const taken = new Set<ValueId>()
    for (const [position, output] of node.outputs.entries()) {
      if (roots.get(output) !== output || !inArena(lookUp(output))) continue
      if (isOptionalOutput(op, position) && !uses.has(output)) continue
      const donor = takeOver(node, index, position)
      if (donor !== null && !taken.has(donor)) {
        taken.add(donor)
        blocks.set(output, blocks.get(donor) as Block)
      } else blocks.set(output, arena.take(sizeOf(output)))
    }
    const dying = new Set<ValueId>()
    for (const input of node.inputs) if (input !== null) dying.add(roots.get(input) as ValueId)
    for (const root of dying) {
      const block = blocks.get(root)
      if (block && last.get(root) === index && !taken.has(root)) arena.give(block)
    }
    for (const output of node.outputs) {
      const block = blocks.get(output)
      if (block && roots.get(output) === output && !last.has(output)) arena.give(block)
    }
  }

  const offsets = new Map<ValueId, number>()
  for (const [id, root] of roots) {
    const block = blocks.get(root)
    if (block && graph.values.has(id)) offsets.set(id, block.offset)
  }
  return { offsets, arenaFloats: arena.end }
}
