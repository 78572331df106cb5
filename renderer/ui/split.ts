/** Limits of a resizable panel, in CSS pixels. */
export interface SplitLimits {
  min: number
  max: number
}

/** A size within its limits, leaving at least `rest` pixels of `whole` to the other side. */
export function clampSize(size: number, { min, max }: SplitLimits, whole = Number.POSITIVE_INFINITY, rest = 0): number {
  return Math.round(Math.max(min, Math.min(size, max, whole - rest)))
}

/** The size after an arrow key on the divider; null for other keys. Home and End go to the limits. */
export function sizeAfterKey(key: string, size: number, limits: SplitLimits, side: 'start' | 'end'): number | null {
  const step = 16
  const grow = side === 'start' ? ['ArrowRight', 'ArrowDown'] : ['ArrowLeft', 'ArrowUp']
  const shrink = side === 'start' ? ['ArrowLeft', 'ArrowUp'] : ['ArrowRight', 'ArrowDown']
  if (grow.includes(key)) return clampSize(size + step, limits)
  if (shrink.includes(key)) return clampSize(size - step, limits)
  if (key === 'Home') return limits.min
  if (key === 'End') return limits.max
  return null
}
