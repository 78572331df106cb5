// Compiles the native addon to build/Release/lamina.node. Plain JavaScript that also runs on Node 20: npm calls it as postinstall.
//   --if-missing     do nothing when the addon was built from these very sources
//   --list-sources   print the C++ files, for binding.gyp
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesUnder, fingerprint, sourceFolder, stampFile } from '../engine/addon-sources.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const addon = join(root, 'build', 'Release', 'lamina.node')
const stamp = stampFile(root)

function headerFolder() {
  const prefixes = [dirname(process.execPath), dirname(dirname(process.execPath))]
  return prefixes.find((prefix) => existsSync(join(prefix, 'include', 'node', 'node_api.h')))
}

const REQUIREMENTS =
  'It needs a C++20 compiler, make and Python 3: on Debian or Ubuntu `apt-get install build-essential python3`, on macOS ' +
  '`xcode-select --install`, on Windows the Visual Studio Build Tools with "Desktop development with C++". Then run `npm run native`.'

/** Tools the build cannot do without and that are not there. node-gyp itself searches for those of Windows. */
function missingTools() {
  if (process.platform === 'win32') return []
  const compiler = process.env.CXX?.split(' ')[0] || (process.platform === 'darwin' ? 'clang++' : 'g++')
  const python = process.env.PYTHON || process.env.npm_config_python || 'python3'
  return [compiler, 'make', python].filter((tool) => spawnSync(tool, ['--version']).error)
}

function build() {
  const wanted = fingerprint(root)
  if (process.argv.includes('--if-missing') && existsSync(addon) && existsSync(stamp))
    if (readFileSync(stamp, 'utf8') === wanted) return 0

  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  if (!existsSync(gyp)) {
    console.error('The native addon needs node-gyp, which is not installed. Run `npm ci` first.')
    return 1
  }
  const missing = missingTools()
  if (missing.length > 0) {
    console.error(`Lamina cannot compile its native addon: ${missing.join(', ')} not found. ${REQUIREMENTS}`)
    return 1
  }
  const headers = headerFolder()
  const environment = { ...process.env, ...(headers ? { npm_config_nodedir: headers } : {}) }
  const jobs = String(Math.max(2, availableParallelism()))
  const configured = existsSync(join(root, 'build', 'Makefile')) || existsSync(join(root, 'build', 'binding.sln'))
  const started = Date.now()
  // `configure` lists the sources anew, `build` compiles only what changed.
  const steps = [['configure'], ['build', '-j', jobs]]
  for (const step of steps) {
    const result = spawnSync(process.execPath, [gyp, ...step, '--loglevel', 'error'], {
      cwd: root,
      env: environment,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    if (result.status === 0) {
      if (process.argv.includes('--verbose')) process.stderr.write(result.stdout + result.stderr)
      continue
    }
    process.stderr.write(`${result.stdout}${result.stderr}\n`)
    console.error(`Lamina could not compile its native addon; what the build said stands above. ${REQUIREMENTS}`)
    return 1
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
  // What was saved while this compiled is newer than the addon.
  utimesSync(stamp, started / 1000, started / 1000)
  console.log(`native addon ${configured ? 'updated' : 'built'} in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return 0
}

if (process.argv.includes('--list-sources')) {
  const sources = filesUnder(sourceFolder(root)).filter((file) => file.endsWith('.cpp'))
  console.log(sources.map((file) => relative(root, file).replaceAll('\\', '/')).join('\n'))
} else {
  process.exitCode = build()
}
