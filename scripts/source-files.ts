import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const skipped = new Set(['node_modules', 'generated', 'out', 'dist', 'build'])

/** Paths (from `root`, with forward slashes, sorted) of the files under `folders` whose names match; generated files are left out. */
export function sourceFiles(root: string, folders: readonly string[], pattern: RegExp): string[] {
  const found: string[] = []
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) visit(path)
      } else if (pattern.test(entry.name)) found.push(path)
    }
  }
  for (const folder of folders) if (existsSync(join(root, folder))) visit(folder)
  return found.sort()
}
