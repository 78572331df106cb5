import { describeError, type LaminaError } from '../base/errors.ts'
import { formatTable, type TableRow } from './table.ts'

export interface Streams {
  out: { write(text: string): unknown; isTTY?: boolean; columns?: number }
  err: { write(text: string): unknown; isTTY?: boolean; columns?: number }
}

/**
 * What a command says: text for people, or with `--json` one event a line. A command calls both `event` and the methods
 * for text; the mode decides which of them is heard.
 */
export class Output {
  readonly json: boolean
  readonly #streams: Streams
  #bar = ''
  #barAt = 0

  constructor(json: boolean, streams: Streams) {
    this.json = json
    this.#streams = streams
  }

  /** A line of JSON; nothing in text mode. */
  event(name: string, fields: object = {}): void {
    if (this.json) this.#streams.out.write(`${JSON.stringify({ event: name, ...fields })}\n`)
  }

  line(text = ''): void {
    if (this.json) return
    this.#clearBar()
    this.#streams.out.write(`${text}\n`)
  }

  /** An aligned table; numbers to the right. */
  table(header: readonly string[], rows: readonly TableRow[]): void {
    if (!this.json) this.line(formatTable(header, rows))
  }

  /** Something that is not the result, on standard error. */
  note(text: string): void {
    if (this.json) return
    this.#clearBar()
    this.#streams.err.write(`${text}\n`)
  }

  /** A progress bar on a terminal, redrawn at most ten times a second; nothing elsewhere. */
  progress(done: number, total: number, text: string): void {
    const { err } = this.#streams
    const now = Date.now()
    if (this.json || !err.isTTY || (now - this.#barAt < 100 && done < total)) return
    this.#barAt = now
    const width = 24
    const filled = total > 0 ? Math.round((width * Math.min(done, total)) / total) : 0
    const share = total > 0 ? `${Math.floor((100 * done) / total)} %`.padStart(5) : ''
    this.#bar = `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]${share}  ${text}`
    err.write(`\r\u001b[K${this.#bar.slice(0, (err.columns ?? 100) - 1)}`)
  }

  done(fields: object = {}): void {
    this.#clearBar()
    this.event('done', fields)
  }

  error(error: LaminaError): void {
    this.#clearBar()
    if (this.json) this.event('error', error.details)
    else this.#streams.err.write(`${describeError(error.details)}\n`)
  }

  #clearBar(): void {
    if (this.#bar) this.#streams.err.write('\r\u001b[K')
    this.#bar = ''
  }
}
