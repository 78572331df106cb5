import { LaminaError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'

/** Values that one overridden path takes. */
export type Dimension =
  | { kind: 'list'; path: string; values: readonly Json[] }
  | {
      kind: 'range'
      path: string
      min: number
      max: number
      scale: 'linear' | 'log'
      /** Only whole numbers. */
      integer: boolean
      /** Points of a grid, ends included. */
      steps: number
    }

/** What a sweep varies: the cross product of its dimensions. */
export interface SearchSpace {
  dimensions: readonly Dimension[]
}

export const DEFAULT_STEPS = 5
const MOST_STEPS = 1000

/**
 * Reads a space such as `{"dense_1.units": [16, 32], "training.optimizer.learningRate": {"min": 1e-4, "max": 1e-1, "scale": "log"}}`.
 * `integerPaths` names the paths whose ranges hold whole numbers. Throws `tuning.invalid-space` with the path.
 */
export function parseSpace(json: Json | undefined, integerPaths: ReadonlySet<string> = new Set()): SearchSpace {
  if (!isObject(json)) throw invalid('space', 'an object of paths with values or a range', json)
  const dimensions = Object.entries(json).map(([path, entry]) => parseDimension(path, entry, integerPaths.has(path)))
  if (dimensions.length === 0) throw invalid('space', 'at least one path to vary', json)
  return { dimensions }
}

/** The values of a dimension on a grid. */
export function gridValues(dimension: Dimension): readonly Json[] {
  if (dimension.kind === 'list') return dimension.values
  const { steps } = dimension
  const points = Array.from({ length: steps }, (_, step) => valueAt(dimension, steps === 1 ? 0 : step / (steps - 1)))
  return [...new Set(points)]
}

/** The value at a fraction 0..1 of a range; even in the logarithm on a log scale. */
export function valueAt(range: Extract<Dimension, { kind: 'range' }>, fraction: number): number {
  const { min, max, scale, integer } = range
  const exact = scale === 'log' ? min * (max / min) ** fraction : min + (max - min) * fraction
  const value = integer ? Math.round(exact) : Number(exact.toPrecision(12))
  return Math.min(max, Math.max(min, value))
}

function parseDimension(path: string, entry: Json | undefined, integerPath: boolean): Dimension {
  if (Array.isArray(entry)) {
    if (entry.length === 0) throw invalid(path, 'at least one value', entry)
    return { kind: 'list', path, values: entry }
  }
  if (!isObject(entry)) throw invalid(path, 'a list of values or a range with min and max', entry)
  const unknown = Object.keys(entry).find((key) => !['min', 'max', 'scale', 'integer', 'steps'].includes(key))
  if (unknown !== undefined) throw invalid(`${path}.${unknown}`, 'only min, max, scale, integer, steps', unknown)
  const { min, max, scale = 'linear', integer = integerPath, steps = DEFAULT_STEPS } = entry
  if (!isFiniteNumber(min)) throw invalid(`${path}.min`, 'a number', min)
  if (!isFiniteNumber(max) || max < min) throw invalid(`${path}.max`, `a number of at least ${min}`, max)
  if (scale !== 'linear' && scale !== 'log') throw invalid(`${path}.scale`, 'linear or log', scale)
  if (scale === 'log' && min <= 0) throw invalid(`${path}.min`, 'a number above 0 on a log scale', min)
  if (typeof integer !== 'boolean') throw invalid(`${path}.integer`, 'true or false', integer)
  if (!Number.isInteger(steps) || (steps as number) < 1 || (steps as number) > MOST_STEPS)
    throw invalid(`${path}.steps`, `a whole number from 1 to ${MOST_STEPS}`, steps)
  if (integer && !(Number.isInteger(min) && Number.isInteger(max)))
    throw invalid(path, 'whole numbers for min and max', entry)
  return { kind: 'range', path, min, max, scale, integer, steps: steps as number }
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function isFiniteNumber(json: Json | undefined): json is number {
  return typeof json === 'number' && Number.isFinite(json)
}

function invalid(where: string, expected: string, received: Json | undefined): LaminaError {
  return new LaminaError({
    code: 'tuning.invalid-space',
    message: 'The search space cannot be read.',
    where,
    expected,
    received: JSON.stringify(received) ?? 'nothing',
    fix: 'Write for instance {"dense_1.units": [16, 32], "training.optimizer.learningRate": {"min": 0.0001, "max": 0.1, "scale": "log"}}.',
  })
}
