import { describe, expect, it } from 'vitest'
import type { DatasetSignature, GraphDocument } from '../../../../engine/graph/document.ts'
import { emptyDocument } from '../../../../engine/graph/document.ts'
import type { NodeEdit } from '../../../../engine/graph/edit.ts'
import { inferDocument } from '../../../../engine/graph/infer.ts'
import { applyPatch } from '../../../../engine/graph/patch.ts'
import { validateDocument } from '../../../../engine/graph/validate.ts'
import { templates } from '../../../../engine/templates/registry.ts'
import { arrange } from '../../../../renderer/features/editor/arrange.ts'
import { defaultPlace, drop, insertAfter, nudge } from '../../../../renderer/features/editor/editing.ts'
import { CARD, freePlace } from '../../../../renderer/features/editor/geometry.ts'
import { commonParams, headlineOf, setOnAll } from '../../../../renderer/features/editor/inspector.ts'
import { starter } from '../../../../renderer/features/editor/starter.ts'
import { documentOf } from '../../../support/model.ts'

function applied(document: GraphDocument, edit: NodeEdit): { document: GraphDocument; id: string } {
  if (!edit.ok) throw new Error(edit.problem.message)
  return { document: applyPatch(document, edit.patch), id: edit.node.id }
}
const edgesOf = (document: GraphDocument) => Object.values(document.edges).map((edge) => [edge.from.node, edge.to.node])
const chain = () => {
  const document = documentOf({ a: { type: 'input' }, b: { type: 'dense' }, c: { type: 'output' } })
  const nodes = Object.fromEntries(
    Object.values(document.nodes).map((node, index) => [node.id, { ...node, position: { x: 0, y: index * 116 } }]),
  )
  return { ...document, nodes }
}

describe('inserting after a layer', () => {
  it('puts the new layer into the connection and moves what follows to make room', () => {
    const before = chain()
    const { document, id } = applied(before, insertAfter(before, 'a', 'dropout'))
    expect(edgesOf(document)).toEqual(
      expect.arrayContaining([
        ['a', id],
        [id, 'b'],
        ['b', 'c'],
      ]),
    )
    expect(Object.keys(document.edges)).toHaveLength(3)
    const y = (node: string) => document.nodes[node]?.position.y ?? Number.NaN
    expect(y(id) - y('a')).toBeGreaterThanOrEqual(CARD.height)
    expect(y('b') - y(id)).toBeGreaterThanOrEqual(CARD.height)
    expect(y('c') - y('b')).toBe(116)
  })

  it('branches off where nothing follows, or more than one thing', () => {
    const alone = documentOf({ a: { type: 'input' } })
    const once = applied(alone, insertAfter(alone, 'a', 'dense'))
    expect(edgesOf(once.document)).toEqual([['a', once.id]])
    const forked = documentOf({ a: { type: 'input' }, b: { type: 'dense' }, c: { type: 'dense', from: ['a'] } })
    const third = applied(forked, insertAfter(forked, 'a', 'dense'))
    expect(edgesOf(third.document).filter(([from]) => from === 'a')).toHaveLength(3)
  })

  it('only places layers that have no input, and those behind an Output', () => {
    const before = chain()
    expect(edgesOf(applied(before, insertAfter(before, 'a', 'input')).document)).toHaveLength(2)
    expect(edgesOf(applied(before, insertAfter(before, 'c', 'dense')).document)).toHaveLength(2)
  })
})

describe('dropping a layer', () => {
  it('centres its card at the pointer, on the grid', () => {
    const { document, id } = applied(emptyDocument, drop(emptyDocument, 'dense', { x: 501, y: 299 }, null))
    const position = document.nodes[id]?.position
    expect(Math.abs((position?.x ?? 0) + CARD.width / 2 - 501)).toBeLessThanOrEqual(2)
    expect((position?.y ?? 1) % 4).toBe(0)
  })

  it('onto a connection stands between its ends', () => {
    const before = chain()
    const { document, id } = applied(before, drop(before, 'dropout', { x: 100, y: 100 }, 'a-b-0'))
    expect(edgesOf(document)).toEqual(expect.arrayContaining([['a', id]]))
    expect(document.edges['a-b-0']).toBeUndefined()
    const [above, middle, below] = ['a', id, 'b'].map((node) => document.nodes[node]?.position.y ?? Number.NaN)
    expect(middle! - above!).toBeGreaterThanOrEqual(CARD.height)
    expect(below! - middle!).toBeGreaterThanOrEqual(CARD.height)
  })

  it('onto a connection places a layer that cannot stand there beside it', () => {
    const before = chain()
    const { document } = applied(before, drop(before, 'output', { x: 100, y: 100 }, 'a-b-0'))
    expect(document.edges['a-b-0']).toBeDefined()
    expect(Object.keys(document.nodes)).toHaveLength(4)
  })
})

describe('places for layers', () => {
  it('are below what is there and never on top of a card', () => {
    const document = chain()
    expect(defaultPlace(document).y).toBeGreaterThan(232)
    const place = freePlace(document, { x: 0, y: 0 })
    expect(place.x).toBeGreaterThanOrEqual(CARD.width)
  })

  it('move together', () => {
    const document = chain()
    const moved = applyPatch(document, nudge(document, ['a', 'b'], { x: 8, y: -4 }))
    expect([moved.nodes.a?.position, moved.nodes.b?.position, moved.nodes.c?.position]).toEqual([
      { x: 8, y: -4 },
      { x: 8, y: 112 },
      { x: 0, y: 232 },
    ])
  })
})

describe('arranging', () => {
  it('puts every layer below those it depends on, without overlaps', async () => {
    const document = documentOf({
      a: { type: 'input' },
      b: { type: 'dense' },
      c: { type: 'dense', from: ['a'] },
      d: { type: 'add', from: ['b', 'c'] },
      e: { type: 'output' },
    })
    const arranged = applyPatch(document, await arrange(document))
    for (const edge of Object.values(arranged.edges)) {
      const from = arranged.nodes[edge.from.node]?.position.y ?? Number.NaN
      const to = arranged.nodes[edge.to.node]?.position.y ?? Number.NaN
      expect(to - from).toBeGreaterThanOrEqual(CARD.height)
    }
    const [b, c] = [arranged.nodes.b?.position, arranged.nodes.c?.position]
    expect(Math.abs((b?.x ?? 0) - (c?.x ?? 0))).toBeGreaterThanOrEqual(CARD.width)
  })

  it('bears a drawing with a cycle', async () => {
    const document = documentOf({ a: { type: 'dense', from: ['b'] }, b: { type: 'dense' } })
    expect((await arrange(document)).label).toBe('Arrange layers')
  })
})

describe('several layers at once', () => {
  const document = documentOf({
    x: { type: 'input' },
    a: { type: 'dense', params: { units: 8 } },
    b: { type: 'dense', params: { units: 16, activation: 'relu' } },
    c: { type: 'dropout' },
  })

  it('share their parameters, with those that differ marked', () => {
    const common = commonParams(document, ['a', 'b'])
    expect(common.mixed).toEqual(['units', 'activation'])
    expect(common.params.useBias).toBe(true)
  })

  it('have none in common when their kinds share none', () => {
    expect(Object.keys(commonParams(document, ['a', 'c']).specs)).toEqual([])
  })

  it('are set in one step', () => {
    const patch = setOnAll(document, ['a', 'b'], 'units', 24)
    const after = applyPatch(document, patch)
    expect([after.nodes.a?.params.units, after.nodes.b?.params.units]).toEqual([24, 24])
    expect(patch.label).toBe('Set units of 2 layers')
  })
})

describe('the small network to begin with', () => {
  const features = [{ name: 'x', width: 4 }]
  const signatures: Record<string, DatasetSignature> = {
    'three classes': { rowCount: 100, features, targets: [{ column: 'y', kind: 'classes', classes: ['a', 'b', 'c'] }] },
    'two classes': { rowCount: 100, features, targets: [{ column: 'y', kind: 'classes', classes: ['a', 'b'] }] },
    'a number': { rowCount: 100, features, targets: [{ column: 'y', kind: 'numeric' }] },
  }
  for (const [name, dataset] of Object.entries(signatures))
    it(`can be trained on ${name} as it is`, () => {
      const document = applyPatch(emptyDocument, starter(emptyDocument, dataset))
      const errors = validateDocument(document, { dataset }).filter((item) => item.severity === 'error')
      expect(errors).toEqual([])
      expect(inferDocument(document, dataset).parameters).toBeGreaterThan(80)
    })
})

describe('the card of a layer', () => {
  it('says what an Output is compared with: its column, or of a GAN whether a sample is real', () => {
    const headline = (template: string, name: string) => {
      const { document } = templates.find(({ id }) => id === template)!
      return headlineOf(document, name, inferDocument(document).nodes[name]!.params)
    }
    expect(headline('gan-digits', 'real')).toBe('real or generated, loss auto')
    expect(headline('gan-digits', 'look')).toBe('128 units, leaky_relu')
    expect(headline('mcculloch-pitts', 'and')).toBe('and, loss perceptron')
  })
})
