import { getBezierPath } from '@vue-flow/core'
import { type ComputedRef, computed, type InjectionKey, inject, provide } from 'vue'
import type { EdgeId, GraphDocument, NodeId } from '../../../engine/graph/document.ts'
import type { Point } from '../../../engine/graph/edit.ts'
import { findLayer } from '../../../engine/layers/registry.ts'
import { CARD, GAP } from './geometry.ts'

/** x of the vertical that a connection runs along beside the cards between its ends; connections that meet no card have none. */
export type Lanes = ReadonlyMap<EdgeId, number>

/** Space between a card and a lane beside it, where the shapes of its own connections have room, and between two lanes. */
const CLEARANCE = 24
const LANE_GAP = 12
/** Free space that a lane needs to either side. */
const BREADTH = 6
/** Distance of the points at which a curve is compared with the cards. */
const STEP = 16

/** Where a label stands beside a line. */
type Side = 'left' | 'right'
const BESIDE: Readonly<Record<Side, string>> = { left: 'calc(-100% - 6px)', right: '6px' }

interface Stretch {
  edge: EdgeId
  from: Point
  to: Point
}

type Corners = Readonly<Record<NodeId, Point>>

/** Where a port lies along the edge of its card, from 0 to 1. */
export function portShare(index: number, count: number): number {
  return (index + 1) / (count + 1)
}

/** The lanes of a drawing whose cards have these corners: what would run behind cards goes beside them instead. */
export function lanesOf(document: GraphDocument, corners: Corners): Lanes {
  const lanes = new Map<EdgeId, number>()
  const taken: { x: number; top: number; bottom: number }[] = []
  const shortest = stretchesOf(document, corners).sort((a, b) => a.to.y - a.from.y - (b.to.y - b.from.y))
  for (const stretch of shortest) {
    const { from, to, edge } = stretch
    const { from: source, to: target } = document.edges[edge]!
    const cards = Object.entries(corners)
      .filter(([id, { y }]) => id !== source.node && id !== target.node && y + CARD.height > from.y && y < to.y)
      .map(([, corner]) => corner)
    if (!cards.some((corner) => runsBehind(stretch, corner))) continue
    const beside = taken.filter((other) => other.top < to.y && other.bottom > from.y).map((other) => other.x)
    const x = laneBeside(stretch, cards, beside)
    lanes.set(edge, x)
    taken.push({ x, top: from.y, bottom: to.y })
  }
  return lanes
}

/** Ends of all connections that lead downwards. */
function stretchesOf({ nodes, edges }: GraphDocument, corners: Corners): Stretch[] {
  return Object.values(edges).flatMap(({ id, from, to }) => {
    const [source, target] = [corners[from.node], corners[to.node]]
    if (!source || !target) return []
    const outputs = findLayer(nodes[from.node]?.type ?? '')?.outputs ?? []
    const inputs = findLayer(nodes[to.node]?.type ?? '')?.inputs ?? []
    const place = (ports: readonly { name: string }[], name: string) =>
      CARD.width * portShare(Math.max(0, ports.findIndex((port) => port.name === name)), Math.max(1, ports.length)) // biome-ignore format: one place
    const start = { x: source.x + place(outputs, from.port), y: source.y + CARD.height }
    const end = { x: target.x + place(inputs, to.port), y: target.y }
    return end.y - start.y > CARD.height ? [{ edge: id, from: start, to: end }] : []
  })
}

/** Whether the curve from one port to the other, as Vue Flow draws it, runs behind a card. */
function runsBehind({ from, to }: Stretch, corner: Point): boolean {
  const steps = Math.ceil((to.y - from.y) / STEP)
  for (let step = 1; step < steps; step += 1) {
    const t = step / steps
    const x = from.x + t * t * (3 - 2 * t) * (to.x - from.x)
    const y = from.y + t * (1.5 * (1 - t) + t * t) * (to.y - from.y)
    if (x > corner.x && x < corner.x + CARD.width && y > corner.y && y < corner.y + CARD.height) return true
  }
  return false
}

/** The free vertical with the shortest way: below either port, or beside a card; to the right when both sides are equally far. */
function laneBeside({ from, to }: Stretch, cards: readonly Point[], taken: readonly number[]): number {
  const free = (x: number) =>
    taken.every((other) => Math.abs(other - x) >= LANE_GAP) &&
    cards.every((card) => x + BREADTH <= card.x || x - BREADTH >= card.x + CARD.width)
  const distances = Array.from({ length: taken.length + 1 }, (_, lane) => CLEARANCE + lane * LANE_GAP)
  const beside = cards.flatMap(({ x }) => distances.flatMap((away) => [x + CARD.width + away, x - away]))
  const way = (x: number) => Math.abs(x - from.x) + Math.abs(x - to.x)
  const candidates = [from.x, to.x, ...beside].filter(free)
  return candidates.reduce((best, x) => (way(x) < way(best) || (way(x) === way(best) && x > best) ? x : best), candidates[0] ?? from.x) // biome-ignore format: one sentence
}

/** A path out of the upper port, along its lane, and into the lower port. */
export function lanePath(from: Point, to: Point, lane: number): string {
  // A bend has the gap between two rows of cards to leave a column in, and the height of a card to become upright.
  const bend = Math.min(GAP.y + CARD.height / 4, (to.y - from.y) / 2)
  return [
    `M${from.x},${from.y}`,
    `C${from.x},${from.y + 0.6 * bend} ${lane},${from.y + 0.15 * bend} ${lane},${from.y + bend}`,
    `L${lane},${to.y - bend}`,
    `C${lane},${to.y - 0.15 * bend} ${to.x},${to.y - 0.6 * bend} ${to.x},${to.y}`,
  ].join(' ')
}

/** The side of a connection where its shape has room: away from the lanes that begin or end at its cards. */
export function labelSide(
  { edges }: GraphDocument,
  lanes: Lanes,
  edge: { id: EdgeId; source: NodeId; target: NodeId; x: number },
): Side {
  const crossing = [...lanes].filter(([id]) => {
    const { from, to } = edges[id] ?? {}
    return id !== edge.id && (from?.node === edge.source || to?.node === edge.target)
  })
  const right = crossing.filter(([, lane]) => lane > edge.x).length
  return right > crossing.length - right ? 'left' : 'right'
}

/** How a connection is drawn, with the CSS transform of its label, which stands beside it and away from the cards that it passes. */
export function edgeDrawing(
  ends: Parameters<typeof getBezierPath>[0],
  lane: number | undefined,
  side: Side = 'right',
): { path: string; label: string } {
  const [direct, x, y] = getBezierPath(ends)
  if (lane === undefined) return { path: direct, label: `translate(${BESIDE[side]}, -50%) translate(${x}px, ${y}px)` }
  const [from, to] = [
    { x: ends.sourceX, y: ends.sourceY },
    { x: ends.targetX, y: ends.targetY },
  ]
  const outer = lane < Math.min(from.x, to.x) ? 'left' : 'right'
  const label = `translate(${BESIDE[outer]}, -50%) translate(${lane}px, ${(from.y + to.y) / 2}px)`
  return { path: lanePath(from, to, lane), label }
}

const key: InjectionKey<ComputedRef<Lanes>> = Symbol('edge lanes')

/** The lanes of what is drawn, for its connections; they follow the cards while these are dragged. */
export function provideLanes(
  document: () => GraphDocument,
  cards: () => readonly { id: NodeId; position: Point }[],
): void {
  const corners = () => Object.fromEntries(cards().map(({ id, position }) => [id, position]))
  provide(
    key,
    computed(() => lanesOf(document(), corners())),
  )
}

export function useLanes(): ComputedRef<Lanes> {
  return inject(key, () => computed(() => new Map()), true)
}
