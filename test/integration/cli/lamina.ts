import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { main } from '../../../engine/cli/main.ts'
import { createEngine } from '../../../engine/engine.ts'
import { clientOver, type RpcClient } from '../../../engine/rpc/client.ts'
import { memoryPair } from '../../../engine/rpc/transports/memory.ts'

export const resources = resolve(import.meta.dirname, '../../../resources')

export type Event = { event: string } & Record<string, unknown>

export interface Result {
  code: number
  stdout: string
  stderr: string
  /** Events of `--json`. */
  events: Event[]
  /** The last event. */
  last: Event
}

/** A folder for one test file, with its own user data. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'lamina-cli-'))

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Runs the command line within this process. */
  async run(...args: string[]): Promise<Result> {
    let stdout = ''
    let stderr = ''
    process.env.LAMINA_USER_DATA = this.path('user-data')
    const code = await main(args, {
      out: { write: (text: string) => (stdout += text) },
      err: { write: (text: string) => (stderr += text) },
    })
    return { code, stdout, stderr, ...parseEvents(args, stdout) }
  }

  /** The same with `--json`; fails the test with the error when the command fails. */
  async ok(...args: string[]): Promise<Event> {
    const { code, last } = await this.run(...args, '--json')
    if (code !== 0) throw new Error(`lamina ${args.join(' ')} exited ${code}: ${JSON.stringify(last)}`)
    return last
  }

  /** Starts the command line in a process of its own. */
  spawn(...args: string[]): ChildProcess {
    return spawn(process.execPath, [resolve(resources, '../scripts/lamina.mjs'), ...args], {
      env: { ...process.env, LAMINA_USER_DATA: this.path('user-data') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** Works on projects through the engine, as a window does. */
  async withEngine<T>(work: (client: RpcClient) => Promise<T>): Promise<T> {
    const engine = createEngine({ paths: { userData: this.path('user-data'), resources } })
    const [mine, engines] = memoryPair()
    engine.connect(engines)
    const client = clientOver(mine)
    try {
      return await work(client)
    } finally {
      await engine.dispose()
    }
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function parseEvents(args: string[], stdout: string): Pick<Result, 'events' | 'last'> {
  if (!args.includes('--json')) return { events: [], last: { event: 'none' } }
  const events = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event)
  return { events, last: events.at(-1) ?? { event: 'none' } }
}

/** Output of a child process; resolves when it ends. */
export function collect(child: ChildProcess): Promise<{ code: number | null; signal: string | null; stdout: string }> {
  let stdout = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  return new Promise((done) => child.on('close', (code, signal) => done({ code, signal, stdout })))
}

/** Resolves with the first event of that name (and that `accept` takes) that a child prints. */
export function eventOf(child: ChildProcess, name: string, accept = (_event: Event) => true): Promise<Event> {
  return new Promise((done, fail) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines.filter(Boolean)) {
        const event = JSON.parse(line) as Event
        if (event.event === name && accept(event)) done(event)
      }
    })
    child.on('close', () => fail(new Error(`the process ended without ${name}`)))
  })
}

/** Resolves once a child has printed `words`. */
export function lineOf(child: ChildProcess, words: string): Promise<void> {
  return new Promise((done, fail) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      if (text.includes(words)) done()
    })
    child.on('close', () => fail(new Error(`the process ended without "${words}"`)))
  })
}
