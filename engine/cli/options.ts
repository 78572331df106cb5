import type { Json } from '../base/json.ts'
import { usageError } from './errors.ts'

/** A whole number of an option. Throws `cli.usage`. */
export function integer(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^-?\d+$/.test(text.trim()) && value >= min && value <= max) return value
    throw usageError({
      message: `${option} must be a whole number.`,
      where: option,
      expected: `a whole number from ${min} to ${max}`,
      received: text,
      fix: `For example ${option} ${Math.max(min, 1)}.`,
    })
  }
}

/** Whole numbers separated by commas. Throws `cli.usage`. */
export function integers(option: string, min: number, max: number): (text: string) => number[] {
  const one = integer(option, min, max)
  return (text) => text.split(',').map(one)
}

/** Gathers `path=value` of repeated `--set` options. The value is JSON where it reads as such, else text. Throws `cli.usage`. */
export function assignment(text: string, before: Record<string, Json> = {}): Record<string, Json> {
  const equals = text.indexOf('=')
  const path = text.slice(0, equals).trim()
  if (equals < 1 || !path)
    throw usageError({
      message: '--set takes a path and a value.',
      where: '--set',
      expected: 'path=value',
      received: text,
      fix: 'For example --set training.epochs=50 or --set dense_1.units=32.',
    })
  return { ...before, [path]: value(text.slice(equals + 1).trim()) }
}

function value(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** One of several words. Throws `cli.usage`. */
export function oneOf<T extends string>(option: string, words: readonly T[]): (text: string) => T {
  return (text) => {
    if ((words as readonly string[]).includes(text)) return text as T
    throw usageError({
      message: `${option} does not know "${text}".`,
      where: option,
      expected: words.join(', '),
      received: text,
      fix: `For example ${option} ${words[0]}.`,
    })
  }
}
