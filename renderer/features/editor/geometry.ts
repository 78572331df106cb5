import type { GraphDocument, NodeId } from '../../../engine/graph/document.ts'
import type { Point } from '../../../engine/graph/edit.ts'

/** Size of a node card on the canvas, in pixels. Cards are of one size, so layouts need no measuring. */
export const CARD = { width: 208, height: 80 } as const
/** Free space between two cards beside and below each other; data flows downwards, so that connections have room for their shapes. */
export const GAP = { x: 32, y: 44 } as const
export const GRID = 4

/** The nearest point of the grid. */
export function snap({ x, y }: Point): Point {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID }
}

/** True when two cards at these corners touch. */
export function overlaps(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < CARD.width + GRID && Math.abs(a.y - b.y) < CARD.height + GRID
}

/** `wanted`, or the first free place right of it. */
export function freePlace(document: GraphDocument, wanted: Point, ignore: ReadonlySet<NodeId> = new Set()): Point {
  const others = Object.values(document.nodes).filter((node) => !ignore.has(node.id))
  let place = snap(wanted)
  for (let tries = 0; tries <= others.length; tries += 1) {
    const hit = others.find((node) => overlaps(node.position, place))
    if (!hit) return place
    place = { x: hit.position.x + CARD.width + GAP.x, y: place.y }
  }
  return place
}
