import { LaminaError } from '../base/errors.ts'

/** Wrong use of the command line: exit code 2. */
export function usageError(details: {
  message: string
  where: string
  expected: string
  received: string
  fix: string
}): LaminaError {
  return new LaminaError({ code: 'cli.usage', ...details })
}

/** 2 when the command was wrong, 1 when the work failed. */
export function exitCodeOf(error: LaminaError): 1 | 2 {
  return /^(cli|override)\.|^rpc\.invalid-params$/.test(error.code) ? 2 : 1
}

/** A failure that stands in the text already; only `--json` still ends with its event. */
export class AlreadyShown extends Error {
  readonly error: LaminaError

  constructor(error: LaminaError) {
    super(error.message)
    this.error = error
  }
}
