import { describe, expect, it } from 'vitest'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { type Edit, removeNodes, setFrozen, setParam } from '../../../engine/graph/edit.ts'
import { copyNodes, duplicate, parseFragment, paste } from '../../../engine/graph/fragment.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { parseDocument, stringifyDocument } from '../../../engine/graph/parse.ts'
import { applyPatch, invertPatch, type Patch } from '../../../engine/graph/patch.ts'
import { shareWeights, sharingGroup, weightOwner } from '../../../engine/graph/sharing.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { draw, numericData } from './documents.ts'

/** Three Dense over halves of ten columns, and one over all. */
const drawn = draw(
  {
    left: ['input', { columns: ['x0', 'x1', 'x2', 'x3', 'x4'] }],
    right: ['input', { columns: ['x5', 'x6', 'x7', 'x8', 'x9'] }],
    a: ['dense', { units: 3, activation: 'tanh' }],
    b: ['dense', { units: 7 }],
    c: ['dense'],
    sum: ['add'],
    last: ['dense', { units: 1 }],
    out: ['output'],
  },
  ['left -> a', 'right -> b', 'right -> c', 'a -> sum', 'b -> sum', 'c -> sum', 'sum -> last', 'last -> out'],
)

function must(edit: Edit): Patch {
  if (!edit.ok) throw new Error(edit.problem.message)
  return edit.patch
}

const apply = (document: GraphDocument, ...steps: ((document: GraphDocument) => Patch)[]) =>
  steps.reduce((current, step) => applyPatch(current, step(current)), document)

/** b and c use the weights of a. */
const shared = apply(
  drawn,
  (document) => must(shareWeights(document, 'b', 'a')),
  (document) => must(shareWeights(document, 'c', 'a')),
)

const owners = (document: GraphDocument) =>
  Object.fromEntries(
    Object.values(document.nodes).flatMap((node) => {
      const owner = weightOwner(document, node)
      return owner === node ? [] : [[node.id, owner.id]]
    }),
  )
const errors = (document: GraphDocument) =>
  validateDocument(document, { dataset: numericData }).filter(({ severity }) => severity === 'error')

describe('sharing weights', () => {
  it('takes over the settings and counts parameters once', () => {
    expect(owners(shared)).toEqual({ b: 'a', c: 'a' })
    expect(shared.nodes.b).toMatchObject({ params: { units: 3, activation: 'tanh' }, weightsFrom: 'a' })
    const { nodes, parameters, trainable } = inferDocument(shared, numericData)
    expect([nodes.a?.parameters, nodes.b?.parameters, nodes.c?.parameters]).toEqual([18, 0, 0])
    expect([parameters, trainable]).toEqual([18 + 4, 18 + 4])
    expect(errors(shared)).toEqual([])
  })

  it('is undone in one step and survives writing and reading', () => {
    const patch = must(shareWeights(drawn, 'b', 'a'))
    expect(applyPatch(applyPatch(drawn, patch), invertPatch(patch))).toEqual(drawn)
    expect(parseDocument(stringifyDocument(shared))).toEqual(shared)
  })

  it('ends with weights of its own and the settings it had', () => {
    const alone = apply(shared, (document) => must(shareWeights(document, 'b', null)))
    expect(owners(alone)).toEqual({ c: 'a' })
    expect(alone.nodes.b?.params).toEqual({ units: 3, activation: 'tanh' })
    expect(inferDocument(alone, numericData).parameters).toBe(18 + 18 + 4)
  })

  it('brings those along that use its weights already, and turns round', () => {
    const chained = apply(
      drawn,
      (document) => must(shareWeights(document, 'b', 'a')),
      (document) => must(shareWeights(document, 'a', 'c')),
    )
    expect(owners(chained)).toEqual({ a: 'c', b: 'c' })
    const turned = apply(shared, (document) => must(shareWeights(document, 'a', 'b')))
    expect(owners(turned)).toEqual({ a: 'b', c: 'b' })
    expect(errors(turned)).toEqual([])
  })

  it.each(['a', 'b'])('lets %s set and freeze all of the group', (id) => {
    const changed = apply(
      shared,
      (document) => must(setParam(document, id, 'units', 5)),
      (document) => setFrozen(document, [id], true),
    )
    for (const member of ['a', 'b', 'c'])
      expect(changed.nodes[member]).toMatchObject({ params: { units: 5, activation: 'tanh' }, frozen: true })
    expect(errors(changed)).toEqual([])
    expect(inferDocument(changed, numericData).trainable).toBe(6)
  })

  it('refuses another type and itself', () => {
    expect(shareWeights(drawn, 'sum', 'a')).toMatchObject({ ok: false, problem: { code: 'graph.shared-type' } })
    expect(shareWeights(drawn, 'a', 'a')).toMatchObject({ ok: false, problem: { code: 'graph.shared-type' } })
    expect(shareWeights(drawn, 'a', 'zzz')).toMatchObject({ ok: false, problem: { code: 'edit.unknown-node' } })
  })
})

describe('removing', () => {
  it('the owner makes the first that shared it the owner, and is undone whole', () => {
    const patch = removeNodes(shared, ['a'])
    const after = applyPatch(shared, patch)
    expect(owners(after)).toEqual({ c: 'b' })
    expect(after.nodes.b).toMatchObject({ params: { units: 3, activation: 'tanh' } })
    expect(after.nodes.b).not.toHaveProperty('weightsFrom')
    expect(applyPatch(after, invertPatch(patch))).toEqual(shared)
  })

  it('a link of a chain keeps the rest together', () => {
    const chain: GraphDocument = {
      ...shared,
      nodes: { ...shared.nodes, c: { ...shared.nodes.c!, weightsFrom: 'b' } },
    }
    expect(owners(applyPatch(chain, removeNodes(chain, ['b'])))).toEqual({ c: 'a' })
    expect(owners(applyPatch(chain, removeNodes(chain, ['a', 'b'])))).toEqual({})
  })

  it('one that shares leaves the others as they are', () => {
    expect(owners(applyPatch(shared, removeNodes(shared, ['b'])))).toEqual({ c: 'a' })
  })
})

describe('copies', () => {
  it('of a whole group share among themselves', () => {
    const { patch, nodes } = duplicate(shared, ['a', 'b'])
    const after = applyPatch(shared, patch)
    expect(owners(after)).toEqual({ b: 'a', c: 'a', [nodes[1]!]: nodes[0] })
  })

  it('of one that shares use the same weights still', () => {
    const { patch, nodes } = duplicate(shared, ['b'])
    expect(owners(applyPatch(shared, patch))).toEqual({ b: 'a', c: 'a', [nodes[0]!]: 'a' })
  })

  it('own their weights in a document without the owner, set as it was', () => {
    const fragment = parseFragment(JSON.stringify(copyNodes(shared, ['b'])))
    const { patch, nodes } = paste(draw({}, []), fragment)
    const [copy] = nodes.map((id) => applyPatch(draw({}, []), patch).nodes[id])
    expect(copy).toMatchObject({ params: { units: 3, activation: 'tanh' } })
    expect(copy).not.toHaveProperty('weightsFrom')
  })
})

describe('a drawing from elsewhere', () => {
  const changed = (id: string, change: object): GraphDocument => ({
    ...shared,
    nodes: { ...shared.nodes, [id]: { ...shared.nodes[id]!, ...change } },
  })

  it.each([
    ['names a layer that is not there', 'b', { weightsFrom: 'zzz' }, 'graph.shared-type', 'b'],
    ['names a layer of another type', 'b', { weightsFrom: 'sum' }, 'graph.shared-type', 'b'],
    ['shares in a circle', 'a', { weightsFrom: 'b' }, 'graph.shared-type', 'a'],
    ['sets a sharing layer otherwise', 'b', { params: { units: 4 } }, 'graph.shared-settings', 'b'],
    ['freezes the owner only', 'a', { frozen: true }, 'graph.shared-settings', 'b'],
  ])('that %s is refused, with a repair that helps', (_, id, change, code, node) => {
    let document = changed(id, change)
    expect(errors(document)).toContainEqual(expect.objectContaining({ code, node }))
    for (let step = 0; step < 5; step += 1) {
      const repair = errors(document).find(({ repair: offered }) => offered)?.repair
      if (repair) document = applyPatch(document, repair)
    }
    expect(errors(document).filter((error) => error.code.startsWith('graph.shared'))).toEqual([])
  })

  it('lets inputs of other sizes arrive is refused with both shapes', () => {
    const wide = changed('left', { params: { columns: ['x0', 'x1'] } })
    expect(errors(wide)).toContainEqual(
      expect.objectContaining({
        code: 'graph.shared-weights',
        node: 'b',
        expected: 'kernel 2 x 3, bias 3',
        received: 'kernel 5 x 3, bias 3',
      }),
    )
  })

  it('finds all members of a group from any of them', () => {
    for (const id of ['a', 'b', 'c'])
      expect(sharingGroup(shared, shared.nodes[id]!).map((node) => node.id)).toEqual(['a', 'b', 'c'])
    expect(sharingGroup(shared, shared.nodes.last!)).toEqual([shared.nodes.last])
  })
})
