import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ErrorDetails } from '../../engine/base/errors.ts'
import type { Json } from '../../engine/base/json.ts'

const launcher = join(import.meta.dirname, '../../scripts/lamina.mjs')

/** One line of `--json`. */
export type CliEvent = { event: string } & Record<string, Json>

export interface CliResult {
  /** Exit code; null when a signal ended the process. */
  code: number | null
  signal: NodeJS.Signals | null
  events: CliEvent[]
  /** The last event: `done` or `error`, unless the process was killed. */
  last: CliEvent
  stderr: string
  /** From the start of the process to its end. */
  seconds: number
}

export interface RunningCli {
  readonly child: ChildProcess
  /** The first event, past or future, that `test` holds for. Rejects when the process ends without one. */
  event(test: (event: CliEvent) => boolean): Promise<CliEvent>
  /** Sends a signal to the process itself. */
  kill(signal: NodeJS.Signals): void
  /** Resolves when the process has ended, however it ended. */
  readonly ended: Promise<CliResult>
}

/** A folder that is gone after the tests of this file; its `user` folder keeps the CLI away from the user's own settings. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts `lamina ... --json` as a user's shell would, as a process of its own. */
export function startLamina(
  folder: string,
  args: readonly (string | number)[],
  env: Readonly<Record<string, string>> = {},
): RunningCli {
  const started = performance.now()
  const child = spawn(process.execPath, [launcher, ...args.map(String), '--json'], {
    cwd: folder,
    env: { ...process.env, LAMINA_USER_DATA: join(folder, 'user'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const events: CliEvent[] = []
  const waiting = new Set<(event: CliEvent | null) => void>()
  let rest = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      const event = JSON.parse(line) as CliEvent
      events.push(event)
      for (const wake of [...waiting]) wake(event)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const seconds = (performance.now() - started) / 1000
      resolve({ code, signal, events, last: events.at(-1) ?? { event: 'nothing' }, stderr, seconds })
      for (const wake of [...waiting]) wake(null)
    })
  })
  return {
    child,
    ended,
    kill: (signal) => void child.kill(signal),
    event(test) {
      const past = events.find(test)
      if (past) return Promise.resolve(past)
      return new Promise((resolve, reject) => {
        const wake = (event: CliEvent | null) => {
          if (event && !test(event)) return
          waiting.delete(wake)
          if (event) resolve(event)
          else
            reject(new Error(`lamina ${args.join(' ')} ended before the event came: ${JSON.stringify(events.at(-1))}`))
        }
        waiting.add(wake)
      })
    },
  }
}

/** Runs `lamina ... --json` to its end. */
export function lamina(folder: string, ...args: (string | number)[]): Promise<CliResult> {
  return startLamina(folder, args).ended
}

/** The same for a command that must succeed; gives its `done` event. */
export async function succeed(folder: string, ...args: (string | number)[]): Promise<CliEvent> {
  const { code, last, stderr } = await lamina(folder, ...args)
  if (code !== 0 || last.event !== 'done' || stderr)
    throw new Error(`lamina ${args.join(' ')} ended with ${code}: ${JSON.stringify(last)} ${stderr}`)
  return last
}

/** The same for a command that must fail; gives its exit code and what it told. */
export async function fail(
  folder: string,
  ...args: (string | number)[]
): Promise<{ code: number | null; error: ErrorDetails; stderr: string }> {
  const { code, last, stderr } = await lamina(folder, ...args)
  if (last.event !== 'error') throw new Error(`lamina ${args.join(' ')} did not fail: ${JSON.stringify(last)}`)
  const { event, ...error } = last
  return { code, error: error as unknown as ErrorDetails, stderr }
}

/** Mean, standard deviation and values of a metric in the last line of `evaluate`. */
export function metricOf(event: CliEvent, name: string): { mean: number; sd: number; folds: number[] } {
  const found = event[name] as { mean: number; sd: number; folds: number[] } | undefined
  if (!found) throw new Error(`no ${name} among ${Object.keys(event).join(', ')}`)
  return found
}
