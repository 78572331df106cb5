import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

/** What the desktop remembers between starts. */
export interface DesktopState {
  bounds: Rectangle | null
  maximized: boolean
  /** Paths of the projects opened last, newest first. */
  recent: string[]
}

const recentLimit = 10
const empty: DesktopState = { bounds: null, maximized: false, recent: [] }

function isRectangle(value: unknown): value is Rectangle {
  if (typeof value !== 'object' || value === null) return false
  return ['x', 'y', 'width', 'height'].every((key) => Number.isFinite((value as Record<string, unknown>)[key]))
}

/** Reads the state; whatever is missing or broken in the file is taken as never set. */
export function readDesktopState(file: string): DesktopState {
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown> | null
    return {
      bounds: isRectangle(found?.bounds) ? found.bounds : null,
      maximized: found?.maximized === true,
      recent: Array.isArray(found?.recent)
        ? found.recent.filter((path) => typeof path === 'string').slice(0, recentLimit)
        : [],
    }
  } catch {
    return empty
  }
}

/** Replaces the file in one step. A disk that cannot be written to costs the memory of the window's place, nothing else. */
export function writeDesktopState(file: string, state: DesktopState): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(state, null, 2))
    renameSync(`${file}.new`, file)
  } catch (error) {
    console.error(`The window's place could not be kept: ${error instanceof Error ? error.message : error}`)
  }
}

/** The list with `path` in front. */
export function withRecent(recent: readonly string[], path: string): string[] {
  return [path, ...recent.filter((known) => known !== path)].slice(0, recentLimit)
}

/** The bounds if a good part of them lies on one of the screens, so that a window never opens where it cannot be reached. */
export function visibleBounds(bounds: Rectangle | null, screens: readonly Rectangle[]): Rectangle | null {
  if (!bounds || bounds.width < 400 || bounds.height < 300) return null
  const overlaps = (screen: Rectangle) => {
    const width = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x)
    const height = Math.min(bounds.y + bounds.height, screen.y + screen.height) - Math.max(bounds.y, screen.y)
    return width >= 200 && height >= 150
  }
  return screens.some(overlaps) ? bounds : null
}
