import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LaminaError } from '../base/errors.ts'
import type { Engine } from '../engine.ts'
import { laminaVersion } from '../version.ts'
import { AlreadyShown, exitCodeOf, usageError } from './errors.ts'
import { Output, type Streams } from './output.ts'
import { parserError } from './parser-errors.ts'
import { buildProgram } from './program.ts'
import type { CommandContext } from './session.ts'

/** Folder of the program's own files (data sets, templates). */
const resources = fileURLToPath(new URL('../../resources', import.meta.url))

/** Where settings and the list of recent projects live unless told otherwise. */
export function defaultUserData(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LAMINA_USER_DATA) return env.LAMINA_USER_DATA
  if (process.platform === 'win32') return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Lamina')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Lamina')
  return join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'Lamina')
}

/**
 * Runs the command line. Resolves to the exit code: 0 success, 1 the work failed, 2 the command was wrong.
 *
 * @param argv arguments after the program's name
 */
export async function main(argv: readonly string[], streams: Streams = defaultStreams()): Promise<number> {
  if (argv[0] === '--version' || argv[0] === '-V') {
    streams.out.write(`${laminaVersion()}\n`)
    return 0
  }
  let output = new Output(argv.includes('--json'), streams)
  let engine: Engine | undefined
  const program = buildProgram((options) => {
    output = new Output(options.json === true, streams)
    return contextFor(output, options.userData ?? defaultUserData(), (started) => {
      engine = started
    })
  })
  for (const command of [program, ...program.commands])
    command
      .exitOverride((ended) => {
        throw ended.exitCode === 0 || ended.code === 'commander.help' ? ended : parserError(command, ended)
      })
      .configureOutput({
        writeOut: (text) => streams.out.write(text),
        writeErr: (text) => {
          if (!output.json) streams.err.write(text)
        },
        // `report` tells it, with place and remedy.
        outputError: () => {},
      })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (thrown) {
    return report(thrown, output)
  } finally {
    await engine?.dispose()
  }
}

function report(thrown: unknown, output: Output): number {
  if (isCommanderError(thrown)) {
    if (thrown.exitCode === 0) return 0
    // No command at all: its help has been shown.
    if (output.json) output.error(usageError({ message: 'Name a command.', where: 'lamina', expected: 'lamina <command> [options]', received: 'no command', fix: '`lamina help` shows all commands.' })) // biome-ignore format: one record
    return 2
  }
  if (thrown instanceof AlreadyShown) {
    if (output.json) output.error(thrown.error)
    return exitCodeOf(thrown.error)
  }
  const error = LaminaError.from(thrown)
  output.error(error)
  if (error.code === 'internal.unexpected' && process.env.LAMINA_DEBUG) console.error(thrown)
  return exitCodeOf(error)
}

function isCommanderError(thrown: unknown): thrown is { code: string; exitCode: number; message: string } {
  return thrown instanceof Error && String((thrown as { code?: unknown }).code).startsWith('commander.')
}

function contextFor(output: Output, userData: string, started: (engine: Engine) => void): CommandContext {
  let connected: ReturnType<CommandContext['connect']> | undefined
  const connect = () => {
    connected ??= (async () => {
      const { createEngine } = await import('../engine.ts')
      const { clientOver } = await import('../rpc/client.ts')
      const { memoryPair } = await import('../rpc/transports/memory.ts')
      const engine = createEngine({ paths: { userData, resources } })
      started(engine)
      const [mine, engines] = memoryPair()
      engine.connect(engines)
      return { engine, client: clientOver(mine) }
    })()
    return connected
  }
  return {
    output,
    version: laminaVersion(),
    connect,
    async open(path) {
      const { client } = await connect()
      return { client, project: await client.call.projects.open({ path }) }
    },
  }
}

function defaultStreams(): Streams {
  // A reader that has had enough (`lamina runs | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return { out: process.stdout, err: process.stderr }
}
