import { type ErrorDetails, LaminaError } from '../base/errors.ts'

/** A LaminaError of this folder; `code` comes without its `data.` prefix. */
export function dataError(code: string, message: string, details: Omit<ErrorDetails, 'code' | 'message'>): LaminaError {
  return new LaminaError({ code: `data.${code}`, message, ...details })
}

/** `3, 7, 9 and 12 more`: the first few of a list, for messages. */
export function someOf(items: readonly (string | number)[], shown = 5): string {
  const first = items.slice(0, shown).join(', ')
  return items.length > shown ? `${first} and ${items.length - shown} more` : first
}

/** A cell as an error shows it: quoted, long ones cut. */
export function quoteCell(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}...` : text)
}
