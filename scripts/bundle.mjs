// Builds out/ (main process, preload, engine host, window) when its sources changed since the last build.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'out', 'sources.sha256')
const inputs = ['electron', 'engine', 'renderer', 'electron.vite.config.ts', 'package.json', 'package-lock.json']
const built = ['out/main/main.cjs', 'out/main/engine-host.cjs', 'out/preload/preload.cjs', 'out/renderer/index.html']

function* filesUnder(path) {
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = join(path, entry.name)
    if (entry.isDirectory()) {
      // C++ sources and their tests are no part of the bundle.
      if (child !== join(root, 'engine', 'native', 'src')) yield* filesUnder(child)
    } else yield child
  }
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const input of inputs) {
    const path = join(root, input)
    if (!existsSync(path)) continue
    const files = input.includes('.') ? [path] : filesUnder(path)
    for (const file of files) hash.update(`${file.slice(root.length)}\n`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

/** True when out/ was built from the sources as they are now. */
export function isBuilt() {
  if (!existsSync(stamp) || built.some((file) => !existsSync(join(root, file)))) return false
  return readFileSync(stamp, 'utf8') === fingerprint()
}

/** Builds when needed; returns false, with the builder's output shown, when the build fails. */
export function ensureBuilt() {
  if (isBuilt()) return true
  const wanted = fingerprint()
  console.log('Building the studio ...')
  const builder = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  if (!existsSync(builder)) {
    console.error('The builder is not installed. Run `npm ci` in the folder of Lamina first.')
    return false
  }
  const result = spawnSync(process.execPath, [builder, 'build', '--logLevel', 'warn'], { cwd: root, encoding: 'utf8' })
  if (result.status !== 0) {
    console.error(`${result.stdout ?? ''}${result.stderr ?? ''}`.trim())
    return false
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
  return true
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = ensureBuilt() ? 0 : 1
