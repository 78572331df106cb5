import { describe, expect, it } from 'vitest'
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
    expect(y('c')).toBe(y('a'))
    expect(y('d')).toBeGreaterThan(y('b'))
  })

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
