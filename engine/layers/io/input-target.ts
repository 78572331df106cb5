/** What the `target` of an Output begins with when it names an Input of the drawing in the place of a column. */
const PREFIX = 'input:'

/** The `target` that makes an Output reconstruct the Input of that name. */
export function inputTarget(name: string): string {
  return `${PREFIX}${name}`
}

/** Name of the Input that a `target` says to reconstruct; null when it names a column or nothing. */
export function reconstructedInput(target: unknown): string | null {
  return typeof target === 'string' && target.startsWith(PREFIX) ? target.slice(PREFIX.length).trim() : null
}
