import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { emptyDocument } from '../../../engine/graph/document.ts'
import type { Edit } from '../../../engine/graph/edit.ts'
import * as edit from '../../../engine/graph/edit.ts'
import { copyNodes, duplicate, parseFragment, paste } from '../../../engine/graph/fragment.ts'
import { emptyHistory, mergePatches, record, redo, seal, undo } from '../../../engine/graph/history.ts'
import type { Patch } from '../../../engine/graph/patch.ts'
import { applyPatch, invertPatch } from '../../../engine/graph/patch.ts'
import { draw } from './documents.ts'

const output = (node: string) => ({ node, port: 'output' })
const input = (node: string, port = 'input') => ({ node, port })

function must(result: Edit): Patch {
  if (!result.ok) throw new Error(result.problem.message)
  return result.patch
}

const mlp = draw({ in: ['input'], a: ['dense', { units: 8 }], b: ['dense'], sum: ['add'], out: ['output'] }, [
  'in -> a',
  'a -> b',
  'a -> sum',
  'b -> sum',
  'sum -> out',
])

describe('addNode', () => {
  it('gives the first free number and stores only what differs from the defaults', () => {
    const first = edit.addNode(emptyDocument, 'dense', { x: 1, y: 2 }, { params: { units: 32, activation: 'relu' } })
    if (!first.ok) throw new Error(first.problem.message)
    expect(first.node).toMatchObject({ name: 'dense_1', params: { activation: 'relu' }, position: { x: 1, y: 2 } })
    const document = applyPatch(emptyDocument, first.patch)
    expect(edit.addNode(document, 'dense', { x: 0, y: 0 })).toMatchObject({ node: { name: 'dense_2' } })
  })

  it('refuses an unknown layer and suggests the nearest', () => {
    expect(edit.addNode(emptyDocument, 'dens', { x: 0, y: 0 })).toMatchObject({
      ok: false,
      problem: { code: 'graph.unknown-layer', fix: expect.stringContaining('"dense"') },
    })
  })
})

describe('connect', () => {
  it('replaces the edge of a port that takes one, in the same step', () => {
    const patch = must(edit.connect(mlp, output('in'), input('b')))
    const after = applyPatch(mlp, patch)
    expect(Object.values(after.edges).filter((edge) => edge.to.node === 'b')).toMatchObject([{ from: { node: 'in' } }])
    expect(applyPatch(after, invertPatch(patch))).toEqual(mlp)
  })

  it('appends to a variadic port', () => {
    const after = applyPatch(mlp, must(edit.connect(mlp, output('in'), input('sum', 'inputs'))))
    const edges = Object.values(after.edges).filter((edge) => edge.to.node === 'sum')
    expect(edges.map((edge) => [edge.from.node, edge.order])).toEqual([
      ['a', 0],
      ['b', 1],
      ['in', 2],
    ])
  })

  it.each([
    ['a cycle', output('b'), input('a'), 'graph.cycle'],
    ['a layer with itself', output('a'), input('a'), 'graph.cycle'],
    ['an input that is not there', output('in'), input('a', 'side'), 'edit.unknown-port'],
    ['an output that is not there', output('out'), input('a'), 'edit.unknown-port'],
    ['a node that is not there', output('nobody'), input('a'), 'edit.unknown-node'],
    ['an edge that exists', output('in'), input('a'), 'edit.already-connected'],
  ])('refuses %s', (_, from, to, code) => {
    expect(edit.connect(mlp, from, to)).toMatchObject({ ok: false, problem: { code } })
  })
})

describe('other edits', () => {
  it('removes layers with all their edges in one patch', () => {
    const after = applyPatch(mlp, edit.removeNodes(mlp, ['a', 'unknown']))
    expect(Object.keys(after.nodes)).toEqual(['in', 'b', 'sum', 'out'])
    expect(Object.keys(after.edges).sort()).toEqual(['b -> sum', 'sum -> out'])
  })

  it('drops a parameter that is set back to its default', () => {
    const after = applyPatch(mlp, must(edit.setParam(mlp, 'a', 'units', 32)))
    expect(after.nodes.a?.params).toEqual({})
    expect(applyPatch(mlp, must(edit.setParam(mlp, 'a', 'units', 7))).nodes.a?.params).toEqual({ units: 7 })
  })

  it.each([
    ['b', 'graph.duplicate-name'],
    ['1st', 'graph.invalid-name'],
    ['has space', 'graph.invalid-name'],
    ['training', 'graph.invalid-name'],
  ])('refuses to call a layer "%s"', (name, code) => {
    expect(edit.rename(mlp, 'a', name)).toMatchObject({ ok: false, problem: { code } })
  })

  it('renames, freezes and moves without touching other layers', () => {
    const renamed = applyPatch(mlp, must(edit.rename(mlp, 'a', 'encoder')))
    const frozen = applyPatch(renamed, edit.setFrozen(renamed, ['a'], true))
    const moved = applyPatch(frozen, edit.move(frozen, { a: { x: 5, y: 6 } }))
    expect(moved.nodes.a).toMatchObject({ name: 'encoder', frozen: true, position: { x: 5, y: 6 } })
    expect(moved.nodes.b).toBe(mlp.nodes.b)
    expect(applyPatch(moved, edit.setFrozen(moved, ['a'], false)).nodes.a).not.toHaveProperty('frozen')
  })

  it('inserts a layer on an edge and keeps its place at a variadic port', () => {
    const result = edit.insertOnEdge(mlp, 'a -> sum', 'dropout')
    if (!result.ok) throw new Error(result.problem.message)
    const after = applyPatch(mlp, result.patch)
    const into = Object.values(after.edges).find((edge) => edge.from.node === result.node.id)
    expect(into).toMatchObject({ to: { node: 'sum', port: 'inputs' }, order: 0 })
    expect(after.edges['a -> sum']).toBeUndefined()
    expect(edit.insertOnEdge(mlp, 'a -> sum', 'output')).toMatchObject({ ok: false, problem: { code: 'edit.no-port' } })
  })
})

describe('fragments', () => {
  it('pastes copies with new ids, free names and the edges between them', () => {
    const text = JSON.stringify(copyNodes(mlp, ['a', 'b']))
    const { patch, nodes } = paste(mlp, parseFragment(text), { x: 10, y: 20 })
    const after = applyPatch(mlp, patch)
    expect(nodes.map((id) => after.nodes[id]?.name)).toEqual(['a_1', 'b_1'])
    expect(Object.values(after.edges).filter((edge) => nodes.includes(edge.from.node))).toMatchObject([
      { from: { node: nodes[0] }, to: { node: nodes[1] } },
    ])
    expect(after.nodes[nodes[0] ?? '']).toMatchObject({ params: { units: 8 }, position: { x: 10, y: 20 } })
  })

  it('numbers copies of one layer on', () => {
    const once = applyPatch(mlp, duplicate(mlp, ['a']).patch)
    const twice = duplicate(once, ['a'])
    expect(twice.patch.changes[0]?.after).toMatchObject({ name: 'a_2' })
  })

  it.each(['', '{}', '{"format":"lamina/fragment","version":2,"nodes":[],"edges":[]}', '[1'])(
    'refuses clipboard text %j',
    (text) => {
      expect(() => parseFragment(text)).toThrowError(expect.objectContaining({ code: 'edit.not-a-fragment' }))
    },
  )
})

/** A random legal edit. */
function randomPatch(document: GraphDocument, random: Random): Patch {
  const ids = Object.keys(document.nodes)
  const pick = () => ids[random.integer(ids.length)] ?? ''
  const point = { x: random.integer(500), y: random.integer(500) }
  const none: Patch = { label: 'none', changes: [] }
  switch (random.integer(9)) {
    case 0:
    case 1:
      return must(
        edit.addNode(document, ['dense', 'dropout', 'add', 'input', 'output'][random.integer(5)] ?? '', point),
      )
    case 2:
      return ids.length > 12 ? edit.removeNodes(document, [pick(), pick()]) : none
    case 3:
      return edit.move(document, { [pick()]: point, [pick()]: point })
    case 4: {
      const result = edit.setParam(document, pick(), 'units', random.integer(50) + 1)
      return result.ok ? result.patch : none
    }
    case 5:
      return edit.setFrozen(document, [pick(), pick()], random.integer(2) === 0)
    case 6:
      return duplicate(document, [pick(), pick(), pick()]).patch
    case 7: {
      const edges = Object.keys(document.edges)
      const result = edit.insertOnEdge(document, edges[random.integer(edges.length)] ?? '', 'dense')
      return result.ok ? result.patch : none
    }
    default: {
      const to = pick()
      const port = document.nodes[to]?.type === 'add' ? 'inputs' : 'input'
      const result = edit.connect(document, output(pick()), input(to, port))
      return result.ok ? result.patch : none
    }
  }
}

describe('patches and history', () => {
  it.each([1, 2, 3, 4, 5])('undo everything gives back the start, redo the end (seed %i)', (seed) => {
    const random = new Random(seed, 99)
    let document: GraphDocument = mlp
    let history = emptyHistory
    let whole: Patch = { label: 'all', changes: [] }
    for (let step = 0; step < 120; step += 1) {
      const patch = randomPatch(document, random)
      const next = applyPatch(document, patch)
      expect(applyPatch(next, invertPatch(patch))).toEqual(document)
      document = next
      history = record(history, patch)
      whole = mergePatches(whole, patch)
    }
    const end = document
    expect(applyPatch(mlp, whole)).toEqual(end)
    for (let result = undo(history, document); result; result = undo(history, document))
      ({ history, document } = result)
    expect(document).toEqual(mlp)
    for (let result = redo(history, document); result; result = redo(history, document))
      ({ history, document } = result)
    expect(document).toEqual(end)
  })

  it('makes one undo step of a drag, and two of two drags', () => {
    let document = mlp
    let history = emptyHistory
    const drag = (x: number) => {
      const patch = edit.move(document, { a: { x, y: 0 } })
      document = applyPatch(document, patch)
      history = record(history, patch, 'drag a')
    }
    for (const x of [1, 2, 3]) drag(x)
    expect(history.past).toHaveLength(1)
    history = seal(history)
    drag(4)
    expect(history.past).toHaveLength(2)
    const back = undo(history, document)
    expect(back?.document.nodes.a?.position.x).toBe(3)
    expect(undo(back!.history, back!.document)?.document).toEqual(mlp)
  })

  it('forgets a drag that ends where it began, and the redo branch once something new is done', () => {
    const away = edit.move(mlp, { a: { x: 9, y: 9 } })
    const moved = applyPatch(mlp, away)
    const home = edit.move(moved, { a: { x: 0, y: 0 } })
    expect(record(record(emptyHistory, away, 'k'), home, 'k').past).toHaveLength(0)
    const undone = undo(record(emptyHistory, away), moved)
    expect(undone?.history.future).toHaveLength(1)
    expect(record(undone!.history, edit.setFrozen(mlp, ['a'], true)).future).toHaveLength(0)
    expect(undo(emptyHistory, mlp)).toBeNull()
    expect(redo(emptyHistory, mlp)).toBeNull()
  })
})
