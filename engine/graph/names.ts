import type { GraphDocument } from './document.ts'

/** Names are identifiers: they name weights (`dense_1/kernel`) and override paths (`dense_1.units`). */
const namePattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

/** Words that start override paths and so cannot name a layer. */
export const reservedNames: readonly string[] = ['training', 'data']

/** True when `name` may name a layer. */
export function isName(name: string): boolean {
  return namePattern.test(name) && !reservedNames.includes(name)
}

/** `dense_1`, `dense_2`, ...: the first that is free. `taken` adds names that are not in the document yet. */
export function uniqueName(document: GraphDocument, base: string, taken: ReadonlySet<string> = new Set()): string {
  const names = new Set(Object.values(document.nodes).map((node) => node.name))
  const stem = base.replace(/_\d+$/, '')
  for (let number = 1; ; number += 1) {
    const name = `${stem}_${number}`
    if (!names.has(name) && !taken.has(name)) return name
  }
}
