/** The first of `stem-1`, `stem-2`, ... that is free; a number at the end of `stem` is replaced. */
export function freeModelName(taken: readonly string[], stem: string): string {
  const base = stem.replace(/[-_ ]?\d+$/, '') || 'model'
  for (let number = 1; ; number += 1) {
    const name = `${base}-${number}`
    if (!taken.includes(name)) return name
  }
}
