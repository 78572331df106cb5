import type { Json } from './json.ts'

/** What a failure tells its reader. `code` is stable and dotted (`data.ragged-row`); the other fields are sentences. */
export interface ErrorDetails {
  code: string
  message: string
  /** Where it happened: a file and line, a layer and port, a setting's path. */
  where?: string
  expected?: string
  received?: string
  /** What the user can do about it. */
  fix?: string
  /** Machine-readable particulars (row numbers, shapes, ids). */
  data?: Json
}

/** The only error type that leaves the engine. Everything else is a defect and is wrapped as `internal.unexpected`. */
export class LaminaError extends Error {
  override readonly name = 'LaminaError'
  readonly details: ErrorDetails

  constructor(details: ErrorDetails, options?: { cause?: unknown }) {
    super(details.message, options)
    this.details = details
  }

  get code(): string {
    return this.details.code
  }

  toJSON(): ErrorDetails {
    return this.details
  }

  /** Wraps anything thrown into a LaminaError; a LaminaError passes unchanged. */
  static from(thrown: unknown, where?: string): LaminaError {
    if (thrown instanceof LaminaError) return thrown
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return new LaminaError(
      {
        code: 'internal.unexpected',
        message: `Something went wrong inside Lamina: ${message}`,
        where,
        fix: 'This is a defect. Your project file is unchanged; please report it with the log.',
      },
      { cause: thrown },
    )
  }
}

/** Throws `internal.assertion` when an invariant of the program itself is broken (never for user input). */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition)
    throw new LaminaError({ code: 'internal.assertion', message, fix: 'This is a defect; please report it.' })
}

/** Multi-line text of an error for terminals and logs. */
export function describeError(details: ErrorDetails): string {
  const lines = [`error ${details.code}: ${details.message}`]
  for (const key of ['where', 'expected', 'received', 'fix'] as const) {
    const text = details[key]
    if (text) lines.push(`  ${`${key}:`.padEnd(10)}${text}`)
  }
  return lines.join('\n')
}
