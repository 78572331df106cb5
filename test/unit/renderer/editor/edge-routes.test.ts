import { describe, expect, it } from 'vitest'
import type { GraphDocument } from '../../../../engine/graph/document.ts'
import { type ChainLayer, chain } from '../../../../engine/templates/chain.ts'
import { templates } from '../../../../engine/templates/registry.ts'
import { edgeDrawing, labelSide, lanePath, lanesOf } from '../../../../renderer/features/editor/edge-routes.ts'
import { CARD } from '../../../../renderer/features/editor/geometry.ts'

const cornersOf = ({ nodes }: GraphDocument) =>
  Object.fromEntries(Object.values(nodes).map(({ id, position }) => [id, position]))
const lanes = (document: GraphDocument) => lanesOf(document, cornersOf(document))

const dense = (name: string, from?: readonly string[]): ChainLayer => ({ type: 'dense', name, ...(from && { from }) })
const column = [{ type: 'input', name: 'in' }, dense('a'), dense('b'), dense('c')]
const add = (name: string, ...from: string[]): ChainLayer => ({ type: 'add', name, from })

/** Points of a path made of M, C and L with absolute coordinates. */
function pointsOf(path: string): { x: number; y: number }[] {
  const points: { x: number; y: number }[] = []
  for (const [, command, numbers] of path.matchAll(/([MCL])([^MCL]*)/g)) {
    const given = (numbers!.match(/-?[\d.]+/g) ?? []).map(Number)
    const pairs = Array.from({ length: given.length / 2 }, (_, at) => ({ x: given[2 * at]!, y: given[2 * at + 1]! }))
    const start = points.at(-1)!
    const [one, two, end] = command === 'C' ? pairs : [start, pairs[0], pairs[0]]
    for (let step = command === 'M' ? 40 : 1; step <= 40; step += 1) {
      const t = step / 40
      const mix = (axis: 'x' | 'y') =>
        (1 - t) ** 3 * (start?.[axis] ?? 0) + 3 * (1 - t) ** 2 * t * (one?.[axis] ?? 0) + 3 * (1 - t) * t * t * (two?.[axis] ?? 0) + t ** 3 * end![axis] // biome-ignore format: one sum
      points.push(command === 'M' ? pairs[0]! : { x: mix('x'), y: mix('y') })
    }
  }
  return points
}

/** Names of the cards, but for its own two, that a connection runs behind. */
function behind(document: GraphDocument, edge: string): string[] {
  const { from, to } = document.edges[edge]!
  const [source, target] = [document.nodes[from.node]!.position, document.nodes[to.node]!.position]
  const middle = CARD.width / 2
  const drawing = edgeDrawing(
    { sourceX: source.x + middle, sourceY: source.y + CARD.height, targetX: target.x + middle, targetY: target.y },
    lanes(document).get(edge),
  )
  const points = pointsOf(drawing.path)
  return Object.values(document.nodes).flatMap(({ id, name, position: { x, y } }) => {
    if (id === from.node || id === to.node) return []
    const met = points.some((at) => at.x > x && at.x < x + CARD.width && at.y > y && at.y < y + CARD.height)
    return met ? [name] : []
  })
}

describe('a connection', () => {
  it('to the next card is drawn as it is', () => {
    expect(lanes(chain(column)).size).toBe(0)
  })

  it('that skips layers of its column runs beside it, close by', () => {
    const document = chain([...column, add('sum', 'c', 'in')])
    const lane = lanes(document).get('in-sum')!
    const right = document.nodes.a!.position.x + CARD.width
    expect(lane).toBeGreaterThan(right)
    expect(lane).toBeLessThan(right + 32)
    expect(behind(document, 'in-sum')).toEqual([])
  })

  it('takes a lane of its own where shortcuts overlap, the shortest next to the cards', () => {
    const document = chain([...column, add('sum', 'c', 'in'), add('more', 'sum', 'a')])
    const found = lanes(document)
    const [one, two] = [found.get('in-sum')!, found.get('a-more')!]
    expect(Math.abs(one - two)).toBeGreaterThanOrEqual(12)
    for (const edge of ['in-sum', 'a-more']) expect(behind(document, edge)).toEqual([])
  })

  it('uses one lane again where the shortcuts do not overlap', () => {
    const document = chain([...column, add('sum', 'c', 'in'), dense('d'), dense('e'), add('more', 'e', 'sum')])
    const found = lanes(document)
    expect(found.get('in-sum')).toBe(found.get('sum-more'))
  })

  it('from the foot of another column comes down in that column', () => {
    const layers = [{ type: 'input', name: 'in' }, { ...dense('side', ['in']), column: 1 }, { ...dense('a', ['in']) }, dense('b'), dense('c'), add('sum', 'c', 'side')] // biome-ignore format: one list
    const document = chain(layers)
    expect(lanes(document).get('side-sum')).toBe(document.nodes.side!.position.x + CARD.width / 2)
    expect(behind(document, 'side-sum')).toEqual([])
  })

  it('keeps its label away from the cards that it passes', () => {
    const ends = { sourceX: 100, sourceY: 0, targetX: 100, targetY: 400 }
    expect(edgeDrawing(ends, 250).label).toBe('translate(6px, -50%) translate(250px, 200px)')
    expect(edgeDrawing(ends, -50).label).toBe('translate(calc(-100% - 6px), -50%) translate(-50px, 200px)')
  })

  it('has its label on the other side where a shortcut leaves or enters beside it', () => {
    const document = chain([...column, add('sum', 'c', 'in'), dense('d')])
    const found = lanes(document)
    const x = document.nodes.a!.position.x + CARD.width / 2
    const side = (source: string, target: string) =>
      labelSide(document, found, { id: `${source}-${target}`, source, target, x })
    expect([side('in', 'a'), side('a', 'b'), side('b', 'c'), side('c', 'sum'), side('sum', 'd')]).toEqual([
      'left',
      'right',
      'right',
      'left',
      'right',
    ])
    const ends = { sourceX: x, sourceY: 0, targetX: x, targetY: 44 }
    expect(edgeDrawing(ends, undefined, 'left').label).toBe(
      `translate(calc(-100% - 6px), -50%) translate(${x}px, 22px)`,
    )
  })

  it('leaves and enters a card upright', () => {
    const points = pointsOf(lanePath({ x: 0, y: 0 }, { x: 0, y: 400 }, 120))
    expect(points[0]).toEqual({ x: 0, y: 0 })
    expect(points.at(-1)).toEqual({ x: 0, y: 400 })
    expect(Math.abs(points[1]!.x)).toBeLessThan(points[1]!.y / 4)
    expect(Math.max(...points.map(({ x }) => x))).toBeCloseTo(120, 6)
  })

  it.each(templates.map(({ id, document }) => [id, document] as const))('of %s runs behind no card', (_, document) => {
    for (const id of Object.keys(document.edges)) expect(behind(document, id), id).toEqual([])
  })
})
