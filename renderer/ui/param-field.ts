import type { JsonObject } from '../../engine/base/json.ts'
import { describeRange, effectiveParams } from '../../engine/layers/param-check.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from '../../engine/layers/params.ts'
import type { NumberRange } from './number-field.ts'

/** The range a number field checks, or null for parameters that are no numbers. */
export function rangeOf(spec: ParamSpec): NumberRange | null {
  if (spec.kind === 'integer')
    return { min: spec.min, max: spec.max, integer: true, logarithmic: spec.logarithmic ?? false }
  if (spec.kind !== 'number') return null
  const { min, max, exclusiveMin, exclusiveMax, logarithmic } = spec
  return { min, max, exclusiveMin, exclusiveMax, logarithmic }
}

/** Dimensions as people write them: `8 x 8 x 1`, `8, 8`, `64`. Null when it is none; empty text is no dimension. */
export function parseDimensions(text: string): number[] | null {
  const trimmed = text.trim().replace(/^[[(]|[\])]$/g, '')
  if (trimmed === '') return []
  const parts = trimmed.split(/[x×,;\s]+/).filter(Boolean)
  const dimensions = parts.map(Number)
  return dimensions.every((dimension) => Number.isInteger(dimension)) ? dimensions : null
}

export function formatDimensions(dimensions: readonly number[]): string {
  return dimensions.join(' x ')
}

/** What stands below the help of a parameter: Keras' name, the range and the default. */
export function paramFacts(spec: ParamSpec): { label: string; text: string }[] {
  const facts: { label: string; text: string }[] = []
  if (spec.keras) facts.push({ label: 'Keras', text: spec.keras })
  if (spec.kind === 'integer' || spec.kind === 'number') facts.push({ label: 'Range', text: describeRange(spec) })
  const initial = Array.isArray(spec.default)
    ? formatDimensions(spec.default as readonly number[])
    : String(spec.default)
  if (initial !== '') facts.push({ label: 'Default', text: initial })
  return facts
}

/** Parameters whose declaration says that they are of use with these values, in order. */
export function visibleParams(specs: ParamSpecs, params: JsonObject): [name: string, spec: ParamSpec][] {
  const effective: EffectiveParams = effectiveParams(specs, params)
  return Object.entries(specs).filter(([, spec]) => spec.visible?.(effective) ?? true)
}
