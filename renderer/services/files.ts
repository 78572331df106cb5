import type { SaveTarget } from '../../engine/rpc/contract/desktop.ts'

/** Native dialogs are offered in the desktop window whose engine runs on the same machine. */
export function hasDialogs(): boolean {
  return window.lamina !== undefined && !window.lamina.remoteEngine
}

/** A path from a native dialog; null when there are none or the user cancelled (see `hasDialogs`). */
export async function chooseProjectToOpen(): Promise<string | null> {
  return hasDialogs() ? (window.lamina?.chooseProjectToOpen() ?? null) : null
}

export async function chooseProjectToCreate(suggestedName: string): Promise<string | null> {
  return hasDialogs() ? (window.lamina?.chooseProjectToCreate(suggestedName) ?? null) : null
}

export async function chooseDataFile(): Promise<string | null> {
  return hasDialogs() ? (window.lamina?.chooseDataFile() ?? null) : null
}

export async function chooseSaveTarget(target: SaveTarget): Promise<string | null> {
  return hasDialogs() ? (window.lamina?.chooseSaveTarget(target) ?? null) : null
}

/** The path of a dropped file on the engine's machine, or null where the page cannot know it (a browser: upload its bytes). */
export function pathOfFile(file: File): string | null {
  return hasDialogs() ? window.lamina?.pathOfFile(file) || null : null
}
