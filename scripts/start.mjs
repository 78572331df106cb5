// `npm start`: opens the studio in its desktop window, or serves it to the browser where there can be no window.
//   --browser   serve to the browser in any case
// Other arguments (a project file) are passed on.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from './bundle.mjs'
import { downloadElectron, findElectron, hasDisplay, sandboxArguments } from './runtimes.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const passed = process.argv.slice(2).filter((argument) => argument !== '--browser')

/** Runs a child to its end, passes signals on and ends as it ends. */
function become(command, args, environment = process.env) {
  const child = spawn(command, args, { cwd: process.cwd(), stdio: 'inherit', env: environment })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
  child.on('error', (error) => {
    console.error(`${command} cannot be started: ${error.message}`)
    process.exit(1)
  })
}

function serve(reason) {
  console.log(`${reason} The studio is served to the browser instead.`)
  become(process.execPath, [join(root, 'scripts', 'lamina.mjs'), 'serve', ...passed, '--open'])
}

function openWindow(electron) {
  // The desktop engine may need the Node that came with npm, when Electron's own is too old for it.
  const environment = { ...process.env, LAMINA_NODE: process.env.LAMINA_NODE ?? process.execPath }
  delete environment.ELECTRON_RUN_AS_NODE
  become(electron, [...sandboxArguments(), root, ...passed], environment)
}

/** Compiles the native engine when its sources are newer, and says so when it takes a while. Resolves to the exit status. */
function ensureNative() {
  const builder = join(root, 'scripts', 'build-native.mjs')
  const child = spawn(process.execPath, [builder, '--if-missing'], { stdio: 'inherit' })
  const notice = setTimeout(() => console.log('Compiling the native engine (about a minute) ...'), 1000)
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      clearTimeout(notice)
      resolve(code ?? 1)
    })
  })
}

async function main() {
  const native = await ensureNative()
  if (native !== 0) process.exit(native)
  if (!ensureBuilt()) process.exit(1)
  if (process.argv.includes('--browser')) return serve('The browser was asked for.')
  if (!hasDisplay()) return serve('There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set).')
  let electron = findElectron()
  if (!electron) {
    console.log('Fetching the Electron runtime (once) ...')
    if (downloadElectron(180)) electron = findElectron()
  }
  if (!electron) return serve('The Electron runtime cannot be downloaded on this machine.')
  openWindow(electron)
}

await main()
