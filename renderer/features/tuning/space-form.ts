import { parseNumber } from '../../ui/number-field.ts'

/** A parameter as `models.searchable` lists it. */
export interface SearchableParameter {
  path: string
  label: string
  kind: string
  min?: number
  max?: number
  logarithmic?: boolean
  options?: string[]
  current: unknown
}

/** One row of the sweep form: a parameter and the values to try, as typed. */
export interface SpaceRow {
  path: string
  text: string
}

export type SpaceValue = number | string | boolean

/** Reads `16, 32, 64` or `relu, tanh`; returns the values or a sentence about the first that does not fit. */
export function parseValues(
  text: string,
  parameter: SearchableParameter,
): { values: SpaceValue[] } | { problem: string } {
  const items = text
    .split(/[;,\s]+/)
    .map((item) => item.trim())
    .filter(Boolean)
  if (items.length === 0) return { problem: 'Expected at least one value.' }
  const values: SpaceValue[] = []
  for (const item of items) {
    const value = parseValue(item, parameter)
    if (typeof value === 'object') return value
    if (!values.includes(value)) values.push(value)
  }
  return { values }
}

function parseValue(item: string, parameter: SearchableParameter): SpaceValue | { problem: string } {
  if (parameter.kind === 'boolean') {
    if (item === 'true' || item === 'false') return item === 'true'
    return { problem: `Expected true or false, received ${item}.` }
  }
  if (parameter.kind !== 'integer' && parameter.kind !== 'number') {
    if (!parameter.options || parameter.options.includes(item)) return item
    return { problem: `Expected one of ${parameter.options.join(', ')}, received ${item}.` }
  }
  const value = parseNumber(item)
  if (!Number.isFinite(value)) return { problem: `Expected numbers, received ${item}.` }
  if (parameter.kind === 'integer' && !Number.isInteger(value))
    return { problem: `Expected whole numbers, received ${item}.` }
  if (parameter.min !== undefined && value < parameter.min)
    return { problem: `Expected at least ${parameter.min}, received ${item}.` }
  if (parameter.max !== undefined && value > parameter.max)
    return { problem: `Expected at most ${parameter.max}, received ${item}.` }
  return value
}

/** A first suggestion around the current value: half, same, double for numbers; all options for choices. */
export function suggestValues(parameter: SearchableParameter): string {
  if (parameter.kind === 'boolean') return 'true, false'
  if (parameter.options) return parameter.options.slice(0, 3).join(', ')
  const current = Number(parameter.current)
  if (!Number.isFinite(current)) return ''
  const factor = parameter.logarithmic ? (parameter.kind === 'integer' ? 2 : 10) : 2
  const within = (value: number) =>
    Math.min(parameter.max ?? Number.POSITIVE_INFINITY, Math.max(parameter.min ?? Number.NEGATIVE_INFINITY, value))
  const raw = current === 0 ? [0, 0.1, 0.2] : [current / factor, current, current * factor]
  const values = raw.map((value) => {
    const kept = within(parameter.kind === 'integer' ? Math.round(value) : Number(value.toPrecision(6)))
    return parameter.kind === 'integer' ? Math.round(kept) : kept
  })
  return [...new Set(values)].join(', ')
}
