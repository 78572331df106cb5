import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type ErrorDetails, LaminaError } from '../base/errors.ts'
import { deferred } from '../rpc/deferred.ts'

/** How a contestant is started. It converses as test/bench/peers/contestant.py says. */
export interface Command {
  /** As it is called in errors. */
  name: string
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
}

/** What a contestant says of itself once it can be measured. */
export interface Introduction {
  /** The variant that will be measured: the fastest of those tried. */
  variant: string
  /** Milliseconds a step of each variant that was tried, and why others could not be. */
  variants?: Record<string, number>
  failures?: Record<string, string>
  versions: Record<string, string>
  /** From the start of the process to the end of the first step of the first variant. */
  firstStepMs: number
  /** Resident memory at its highest, with the first variant alone. */
  peakMemoryBytes: number
  threads?: number
  batchSize?: number
  flopsPerStep?: number
}

type Message = { event: string } & Record<string, unknown>

const LONGEST_LINE_SHOWN = 300

/** A program that trains a workload in a process of its own and is asked, again and again, how long a step takes. */
export class Contestant {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #startedAt = performance.now()
  #errors = ''

  constructor({ name, command, args, env }: Command) {
    this.#name = name
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    // One that cannot be started, or ends early, is noticed by the end of its output.
    this.#child.on('error', (error) => {
      this.#errors += error.message
    })
    this.#child.stdin?.on('error', () => undefined)
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-10_000)
    })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  /** Resolves once it is warm and has chosen its variant. Throws `bench.failed`. */
  async introduce(): Promise<Introduction> {
    await this.#next('first-step')
    const firstStepMs = performance.now() - this.#startedAt
    const { peakMemoryBytes } = await this.#next('warm')
    const ready = await this.#next('ready')
    return { ...ready, firstStepMs, peakMemoryBytes } as never as Introduction
  }

  /** Milliseconds a step, over so many seconds. */
  async measure(seconds: number): Promise<number> {
    return Number((await this.ask({ seconds }, 'measured')).msPerStep)
  }

  async ask(request: object, answer: string): Promise<Message> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`)
    return this.#next(answer)
  }

  /** Ends the process and waits for it. */
  async end(): Promise<void> {
    const { promise, resolve } = deferred<void>()
    const { exitCode, signalCode, pid } = this.#child
    if (exitCode !== null || signalCode !== null || pid === undefined) return
    this.#child.once('exit', () => resolve())
    this.#child.kill('SIGKILL')
    await promise
  }

  /** The next message of that kind; what is no message is passed over, as libraries chat. */
  async #next(event: string): Promise<Message> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) throw this.#failed()
      const message = parse(value)
      if (message?.event === 'error') throw new LaminaError(message.error as ErrorDetails)
      if (message?.event === event) return message
    }
  }

  #failed(): LaminaError {
    const lines = this.#errors.trim().split('\n')
    const received = (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').slice(0, LONGEST_LINE_SHOWN)
    return new LaminaError({
      code: 'bench.failed',
      message: `${this.#name} could not be measured.`,
      where: this.#name,
      expected: 'a program that says how long a step takes',
      received: received || 'it ended without a word',
      fix: `Run it by hand to see more: ${[this.#child.spawnfile, ...this.#child.spawnargs.slice(1)].join(' ')}`,
    })
  }
}

function parse(line: string): Message | null {
  try {
    const message = JSON.parse(line) as Message | null
    return typeof message?.event === 'string' ? message : null
  } catch {
    return null
  }
}
