// Checks that every optional dependency named in package-lock.json has an entry of its own there. A registry that lacks a
// platform's package lets `npm install` pass, and the next `npm ci` fails; this finds it before anybody else does.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface LockEntry {
  optionalDependencies?: Record<string, string>
  resolved?: string
}

const root = join(import.meta.dirname, '..')
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockEntry>
}

/** Where npm would find `name` for the package at `from`: beside it, or further up. */
function resolves(from: string, name: string): boolean {
  let folder = from
  for (;;) {
    if (lock.packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true
    if (!folder) return false
    const cut = folder.lastIndexOf('/node_modules/')
    folder = cut < 0 ? '' : folder.slice(0, cut)
  }
}

const missing: string[] = []
let checked = 0
for (const [path, entry] of Object.entries(lock.packages))
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    checked += 1
    if (!resolves(path, name)) missing.push(`${path || 'package.json'} wants ${name}@${range}`)
  }

if (missing.length > 0) {
  console.error(`package-lock.json lacks ${missing.length} optional dependencies; \`npm ci\` would fail:`)
  for (const line of missing) console.error(`  ${line}`)
  console.error(
    'Pin the package that wants them to a release whose platform packages all exist, then run `npm install`.',
  )
  process.exitCode = 1
} else console.log(`lock: ${checked} optional dependencies, all present`)
