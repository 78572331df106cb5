import { describe, expect, it } from 'vitest'
import { CARD, GAP } from '../../../../renderer/features/editor/geometry.ts'
import { LEGIBLE_ZOOM, openingView } from '../../../../renderer/features/editor/opening-view.ts'

const canvas = { width: 900, height: 700 }
const row = CARD.height + GAP.y
const column = (length: number, x = 100) => Array.from({ length }, (_, at) => ({ x, y: 200 + at * row }))
/** Where a point of the drawing lies on the canvas. */
const onCanvas = (view: { x: number; y: number; zoom: number }, at: { x: number; y: number }) => ({
  x: view.x + view.zoom * at.x,
  y: view.y + view.zoom * at.y,
})

describe('a drawing that opens', () => {
  it('is fitted as a whole while it stays legible, and where the canvas has no size yet', () => {
    expect(openingView(column(6), canvas)).toBeNull()
    expect(openingView([], canvas)).toBeNull()
    expect(openingView(column(60), { width: 0, height: 0 })).toBeNull()
  })

  it('starts at its first card, in the middle, when it is too long', () => {
    const view = openingView(column(40), canvas)!
    expect(view.zoom).toBe(LEGIBLE_ZOOM)
    const first = onCanvas(view, { x: 100 + CARD.width / 2, y: 200 })
    expect(first.x).toBeCloseTo(canvas.width / 2, 9)
    expect(first.y).toBeGreaterThan(0)
    expect(first.y).toBeLessThan(40)
  })

  it('has all of its columns in the middle where they have room', () => {
    const view = openingView([...column(40, 0), ...column(40, 240)], canvas)!
    expect(onCanvas(view, { x: (240 + CARD.width) / 2, y: 0 }).x).toBeCloseTo(canvas.width / 2, 9)
  })

  it('starts at its Inputs when it is too wide', () => {
    const view = openingView([{ x: 2000, y: 0 }, ...column(2, 0), ...column(2, 2400)], canvas)!
    expect(onCanvas(view, { x: 2000 + CARD.width / 2, y: 0 }).x).toBeCloseTo(canvas.width / 2, 9)
  })
})
