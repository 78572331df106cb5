import type { Point } from '../../../engine/graph/edit.ts'
import { CARD } from './geometry.ts'

/** Below this zoom the words on a card cannot be read with ease. */
export const LEGIBLE_ZOOM = 0.65
/** Free space around a drawing that is fitted, as a share of it. */
export const FIT_PADDING = 0.06
/** Pixels between the upper edge of the canvas and the first row of cards. */
const HEADROOM = 24

interface Size {
  width: number
  height: number
}

/**
 * Where a drawing opens that would not be legible as a whole: its first row at the top, in the middle. Null when all of it fits, or when
 * nothing is known of the canvas.
 */
export function openingView(corners: readonly Point[], canvas: Size): (Point & { zoom: number }) | null {
  if (corners.length === 0 || canvas.width === 0 || canvas.height === 0) return null
  const columns = corners.map(({ x }) => x)
  const top = Math.min(...corners.map(({ y }) => y))
  const width = Math.max(...columns) + CARD.width - Math.min(...columns)
  const height = Math.max(...corners.map(({ y }) => y)) + CARD.height - top
  const fitted = Math.min(canvas.width / width, canvas.height / height) / (1 + FIT_PADDING)
  if (fitted >= LEGIBLE_ZOOM) return null
  // A drawing wider than the canvas opens at its Inputs, wherever in it they are.
  const wide = width * LEGIBLE_ZOOM * (1 + FIT_PADDING) > canvas.width
  const shown = wide ? corners.filter(({ y }) => y < top + CARD.height).map(({ x }) => x) : columns
  const middle = (Math.min(...shown) + Math.max(...shown) + CARD.width) / 2
  return { x: canvas.width / 2 - middle * LEGIBLE_ZOOM, y: HEADROOM - top * LEGIBLE_ZOOM, zoom: LEGIBLE_ZOOM }
}
