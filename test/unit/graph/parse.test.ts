import { describe, expect, it } from 'vitest'
import type { ErrorDetails } from '../../../engine/base/errors.ts'
import { LaminaError } from '../../../engine/base/errors.ts'
import { parseDocument, stringifyDocument } from '../../../engine/graph/parse.ts'
import { templates } from '../../../engine/templates/registry.ts'
import { single } from './documents.ts'

function failure(source: unknown): ErrorDetails {
  try {
    parseDocument(source)
  } catch (thrown) {
    if (thrown instanceof LaminaError) return thrown.details
    throw thrown
  }
  throw new Error('it was accepted')
}

const document = single(3, 'softmax')
const node = document.nodes.last!

describe('parseDocument', () => {
  it.each(templates.map((template) => [template.id, template.document] as const))(
    'reads what was written: %s',
    (_, drawn) => {
      expect(parseDocument(stringifyDocument(drawn))).toEqual(drawn)
      expect(stringifyDocument(parseDocument(JSON.parse(stringifyDocument(drawn))))).toBe(stringifyDocument(drawn))
    },
  )

  it('writes the same text whatever the order of edits was', () => {
    const nodes = Object.fromEntries(Object.entries(document.nodes).reverse())
    expect(stringifyDocument({ ...document, nodes })).toBe(stringifyDocument(document))
  })

  it.each([
    ['text that is not JSON', '{"format":1', 'the text'],
    ['a list', [], 'document'],
    ['nothing', null, 'document'],
    ['no format', { nodes: {}, edges: {} }, 'format'],
    ['a format of 0', { format: 0, nodes: {}, edges: {} }, 'format'],
    ['no nodes', { format: 1, edges: {} }, 'nodes'],
    ['a stray key', { ...document, extra: 1 }, 'extra'],
    [
      'a node without a position',
      { format: 1, nodes: { a: { ...node, id: 'a', position: { x: 1 } } }, edges: {} },
      'nodes.a.position.y',
    ],
    [
      'a position that is not finite',
      { format: 1, nodes: { last: { ...node, position: { x: Number.NaN, y: 0 } } }, edges: {} },
      'nodes.last.position.x',
    ],
    ['a node under another key', { format: 1, nodes: { other: node }, edges: {} }, 'nodes.other.id'],
    [
      'an edge without an end',
      { format: 1, nodes: {}, edges: { e: { id: 'e', from: { node: 'a', port: 'b' }, order: 0 } } },
      'edges.e.to',
    ],
  ])('refuses %s and names the place', (_, source, where) => {
    expect(failure(source)).toMatchObject({ code: 'document.invalid', where })
  })

  it('refuses a format of the future', () => {
    expect(failure({ format: 3, nodes: {}, edges: {} })).toMatchObject({
      code: 'document.newer-format',
      received: 'format 3',
    })
  })

  it('brings a drawing of format 1 to the present one', () => {
    expect(parseDocument({ ...document, format: 1 })).toEqual(document)
  })

  it('takes no prototype for a layer', () => {
    const text = '{"format":1,"nodes":{"__proto__":{"id":"__proto__"}},"edges":{}}'
    let read: unknown
    try {
      read = Object.keys(parseDocument(text).nodes)
    } catch (thrown) {
      read = (thrown as LaminaError).code
    }
    expect(['document.invalid', '']).toContain(String(read))
    expect(({} as Record<string, unknown>).id).toBeUndefined()
  })
})
