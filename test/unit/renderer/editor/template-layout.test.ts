import { describe, expect, it } from 'vitest'
import type { Point } from '../../../../engine/graph/edit.ts'
import { chain } from '../../../../engine/templates/chain.ts'
import { templates } from '../../../../engine/templates/registry.ts'
import { CARD } from '../../../../renderer/features/editor/geometry.ts'

describe('the drawing of a template', () => {
  it('puts branches beside each other and what joins them below both', () => {
    const { nodes } = chain([
      { type: 'input', name: 'a' },
      { type: 'dense', name: 'b' },
      { type: 'input', name: 'c', column: 1 },
      { type: 'concatenate', name: 'd', from: ['b', 'c'] },
    ])
    const y = (name: string) => nodes[name]!.position.y
    expect(y('c')).toBe(y('b'))
    expect(y('d')).toBeGreaterThan(y('b'))
  })

  it('ends a branch right above what joins it', () => {
    const { nodes } = chain([
      { type: 'input', name: 'a' },
      { type: 'dense', name: 'b' },
      { type: 'dense', name: 'c' },
      { type: 'input', name: 'd', column: 1 },
      { type: 'dense', name: 'e', column: 1 },
      { type: 'concatenate', name: 'f', from: ['c', 'e'] },
      { type: 'add', name: 'g', from: ['f', 'b'] },
    ])
    const y = (name: string) => nodes[name]!.position.y
    expect(y('e')).toBe(y('c'))
    expect(y('d')).toBe(y('b'))
    expect(y('b') - y('a')).toBe(y('c') - y('b'))
  })

  /** True where the straight line between two points meets a rectangle. */
  const meets = (from: Point, to: Point, corner: Point) =>
    Array.from({ length: 99 }, (_, index) => (index + 1) / 100).some((t) => {
      const [x, y] = [from.x + t * (to.x - from.x) - corner.x, from.y + t * (to.y - from.y) - corner.y]
      return x > 0 && x < CARD.width && y > 0 && y < CARD.height
    })

  // A shortcut past several layers begins beside the first and ends under the last, so it runs along their column.
  const joined = templates.filter(({ id }) => id !== 'residual-cnn')
  it.each(joined.map((template) => [template.id, template.document] as const))(
    'runs no connection between columns of %s behind a card',
    (_, { nodes, edges }) => {
      for (const { from, to } of Object.values(edges)) {
        const [source, target] = [nodes[from.node]!.position, nodes[to.node]!.position]
        const half = CARD.width / 2
        const [start, end] = [
          { x: source.x + half, y: source.y + CARD.height },
          { x: target.x + half, y: target.y },
        ]
        // A shortcut past its own column is drawn around it by the curve.
        if (source.x === target.x) continue
        for (const other of Object.values(nodes))
          if (other.id !== from.node && other.id !== to.node)
            expect(meets(start, end, other.position), `${from.node} -> ${to.node} behind ${other.name}`).toBe(false)
      }
    },
  )

  it.each(templates.map((template) => [template.id, template.document] as const))(
    'keeps the cards of %s apart',
    (_, document) => {
      const cards = Object.values(document.nodes)
      for (const [index, one] of cards.entries())
        for (const other of cards.slice(index + 1)) {
          const apart =
            Math.abs(one.position.x - other.position.x) >= CARD.width ||
            Math.abs(one.position.y - other.position.y) >= CARD.height
          expect(apart, `${one.name} and ${other.name}`).toBe(true)
        }
    },
  )
})
