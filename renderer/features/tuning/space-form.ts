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

/** One row of the sweep form: a parameter and what to try, as typed. */
export interface SpaceRow {
  path: string
  mode: 'values' | 'range'
  /** For `values`: separated by commas or spaces. */
  text: string
  /** For `range`. */
  min: number
  max: number
  scale: 'linear' | 'log'
  /** Points of a grid; a random search draws anywhere in the range. */
  steps: number
}

/** A range as the engine takes it. */
export type SpaceRange = { min: number; max: number; scale: 'linear' | 'log'; steps: number }

/** What the engine takes for a path: a list, or a range. */
export type SpaceEntry = SpaceValue[] | SpaceRange

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

/** A first row for a parameter: values around the present one, and a range over one order of magnitude to each side. */
export function newRow(parameter: SearchableParameter): SpaceRow {
  const current = Number(parameter.current)
  const factor = parameter.logarithmic ? 10 : 2
  const low = parameter.min ?? 0
  const high = parameter.max ?? 1
  const usable = Number.isFinite(current) && current > 0
  const keep = (value: number) => {
    const kept = Math.min(high, Math.max(low, Number(value.toPrecision(6))))
    return parameter.kind === 'integer' ? Math.round(kept) : kept
  }
  const min = usable ? keep(current / factor) : low
  return {
    path: parameter.path,
    mode: 'values',
    text: suggestValues(parameter),
    min,
    max: usable ? keep(current * factor) : high,
    scale: parameter.logarithmic && min > 0 ? 'log' : 'linear',
    steps: 5,
  }
}

/** True for parameters that can be given as a range. */
export function hasRange(parameter: SearchableParameter): boolean {
  return parameter.kind === 'integer' || parameter.kind === 'number'
}

function rangeEntry(row: SpaceRow, parameter: SearchableParameter): SpaceRange | { problem: string } {
  const { min, max, scale, steps } = row
  if (![min, max].every(Number.isFinite)) return { problem: 'Expected numbers for both ends.' }
  if (min >= max) return { problem: `Expected an upper end above ${min}, received ${max}.` }
  if (parameter.min !== undefined && min < parameter.min)
    return { problem: `Expected at least ${parameter.min}, received ${min}.` }
  if (parameter.max !== undefined && max > parameter.max)
    return { problem: `Expected at most ${parameter.max}, received ${max}.` }
  if (scale === 'log' && min <= 0) return { problem: 'Expected a lower end above 0 on a logarithmic scale.' }
  if (parameter.kind === 'integer' && !(Number.isInteger(min) && Number.isInteger(max)))
    return { problem: 'Expected whole numbers for both ends.' }
  return { min, max, scale, steps }
}

/** The search space of a form, and a sentence for each row that does not fit, by path. */
export function buildSpace(
  rows: readonly SpaceRow[],
  parameters: readonly SearchableParameter[],
): { space: Record<string, SpaceEntry>; problems: Record<string, string> } {
  const space: Record<string, SpaceEntry> = {}
  const problems: Record<string, string> = {}
  for (const row of rows) {
    const parameter = parameters.find((each) => each.path === row.path)
    if (!parameter) {
      problems[row.path] = 'The model has no such parameter now.'
      continue
    }
    const read =
      row.mode === 'range' && hasRange(parameter) ? rangeEntry(row, parameter) : parseValues(row.text, parameter)
    if ('problem' in read) problems[row.path] = read.problem
    else space[row.path] = 'values' in read ? read.values : read
  }
  return { space, problems }
}
