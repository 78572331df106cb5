// Which sources the native addon was compiled from. Plain JavaScript: the script that compiles it runs before there is a Node for TypeScript.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Files under a folder, in order of their names. */
export function filesUnder(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
  )
}

/** The folder of the C++ sources. */
export const sourceFolder = (root) => join(root, 'engine', 'native', 'src')

/** Where the build leaves the fingerprint of what it compiled. */
export const stampFile = (root) => join(root, 'build', 'lamina.sources')

const sourcesOf = (root) => [...filesUnder(sourceFolder(root)), join(root, 'binding.gyp')]

/** What the addon depends on: sources, the build description, this platform. */
export function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  for (const file of sourcesOf(root)) hash.update(`${relative(root, file)}\n`).update(readFileSync(file))
  return hash.digest('hex')
}

/**
 * Whether the addon of a clone was compiled from other sources than lie there now. False where that cannot be told: in a package, which has
 * no sources, and where something else than `npm run native` compiled it.
 */
export function isOutdated(root) {
  const stamp = stampFile(root)
  if (!existsSync(stamp) || !existsSync(sourceFolder(root))) return false
  const built = statSync(stamp).mtimeMs
  if (sourcesOf(root).every((file) => statSync(file).mtimeMs < built)) return false
  return readFileSync(stamp, 'utf8') !== fingerprint(root)
}
