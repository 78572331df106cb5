#!/usr/bin/env node
// The command line from a clone. Plain JavaScript, so that it starts on any Node and then finds one that runs TypeScript.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const entry = join(root, 'engine', 'cli', 'main.ts')

/** True when this process runs TypeScript files without a flag (Node 22.18 and later). */
function runsTypeScript() {
  return process.features.typescript === 'strip' || process.features.typescript === 'transform'
}

/** The Node that came with `npm ci`, unless it is the one that runs already. */
function nodeOfNpm() {
  const file = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  return existsSync(file) ? file : undefined
}

function atLeast(major, minor) {
  const [have = 0, haveMinor = 0] = process.versions.node.split('.').map(Number)
  return have > major || (have === major && haveMinor >= minor)
}

/** Runs the command line in another Node and ends as it ends. */
async function handOver(command, args) {
  const { spawn } = await import('node:child_process')
  const child = spawn(command, args, {
    stdio: 'inherit',
    shell: command.endsWith('.cmd'),
    env: { ...process.env, LAMINA_HANDED_OVER: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`error cli.no-node: Node at ${command} cannot be started: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

if (runsTypeScript()) {
  await import('./quick-start.mjs')
  process.argv[1] = entry
  const cli = await import(pathToFileURL(entry).href)
  process.exitCode = (await cli.main(process.argv.slice(2))) ?? process.exitCode
} else if (atLeast(22, 12) && !process.env.LAMINA_HANDED_OVER) {
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  await handOver(process.execPath, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)])
} else if (nodeOfNpm() && !process.env.LAMINA_HANDED_OVER) {
  await handOver(nodeOfNpm(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
} else {
  console.error(
    [
      `error cli.old-node: this Node (${process.version}) cannot run Lamina.`,
      '  expected: Node 22.12 or newer',
      '  fix:      run `npm ci` in the folder of Lamina (it brings a Node along on Linux and Windows), or install a newer Node.',
    ].join('\n'),
  )
  process.exitCode = 1
}
