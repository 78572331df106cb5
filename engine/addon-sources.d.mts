export function filesUnder(folder: string): string[]
export function sourceFolder(root: string): string
export function stampFile(root: string): string
export function fingerprint(root: string): string
export function isOutdated(root: string): boolean
