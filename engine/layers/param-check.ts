import type { JsonObject } from '../base/json.ts'
import type { LayerProblem } from './layer.ts'
import { suggestion } from './near-matches.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs, ParamValue } from './params.ts'

/** The numbers a numeric parameter may take, in words: `an integer from 1 to 1000`. */
export function describeRange(spec: ParamSpec): string {
  switch (spec.kind) {
    case 'integer':
      return `an integer from ${spec.min} to ${spec.max}`
    case 'number': {
      const from = spec.exclusiveMin ? `greater than ${spec.min}` : `at least ${spec.min}`
      const to = spec.exclusiveMax ? `less than ${spec.max}` : `at most ${spec.max}`
      return `a number ${from} and ${to}`
    }
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${spec.options.map((option) => option.value).join(', ')}`
    case 'choices':
      return `a list of ${spec.options.map((option) => option.value).join(', ')}, each at most once`
    case 'shape':
      return `a list of at most ${spec.maxRank} integers`
    case 'columns':
      return 'a list of column names'
    case 'target':
      return 'the name of a column'
    case 'text':
      return `a text of at most ${spec.maxLength} characters`
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) return String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function isWithin(spec: ParamSpec, value: unknown): boolean {
  switch (spec.kind) {
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= spec.min && (value as number) <= spec.max
    case 'number': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return false
      const above = spec.exclusiveMin ? value > spec.min : value >= spec.min
      return above && (spec.exclusiveMax ? value < spec.max : value <= spec.max)
    }
    case 'boolean':
      return typeof value === 'boolean'
    case 'choice':
      return spec.options.some((option) => option.value === value)
    case 'choices':
      return (
        Array.isArray(value) &&
        new Set(value).size === value.length &&
        value.every((item) => spec.options.some((option) => option.value === item))
      )
    case 'shape':
      return (
        Array.isArray(value) &&
        value.length <= spec.maxRank &&
        value.every((item) => Number.isSafeInteger(item) && (item >= 1 || item === -1)) &&
        value.filter((item) => item === -1).length <= 1
      )
    case 'columns':
      return Array.isArray(value) && value.every((item) => typeof item === 'string' && item.length > 0)
    case 'target':
      return typeof value === 'string'
    case 'text':
      return typeof value === 'string' && value.length <= spec.maxLength
  }
}

/** Checks one value against its declaration. Returns the problem (`param.invalid`, expected and received) or null. */
export function checkParam(name: string, spec: ParamSpec, value: unknown): LayerProblem | null {
  if (isWithin(spec, value)) return null
  const expected = describeRange(spec)
  const numeric = spec.kind === 'integer' || spec.kind === 'number'
  const fix =
    spec.kind === 'choice' && typeof value === 'string'
      ? suggestion(
          value,
          spec.options.map((option) => option.value),
        )
      : numeric
        ? `Set ${name} to ${expected}; its default is ${spec.default}.`
        : `Set ${name} to ${expected}.`
  return {
    code: 'param.invalid',
    message: `${spec.label} must be ${expected}, not ${show(value)}.`,
    param: name,
    expected,
    received: show(value),
    fix,
  }
}

/** All problems of a set of parameters: unknown names (`param.unknown`) and values outside their declaration (`param.invalid`). */
export function checkParams(specs: ParamSpecs, params: JsonObject): LayerProblem[] {
  const problems: LayerProblem[] = []
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (!spec) {
      problems.push({
        code: 'param.unknown',
        message: `There is no parameter called "${name}".`,
        param: name,
        expected: Object.keys(specs).join(', ') || 'no parameters',
        received: name,
        fix: suggestion(name, Object.keys(specs)),
      })
      continue
    }
    const problem = checkParam(name, spec, value)
    if (problem) problems.push(problem)
  }
  return problems
}

/**
 * All declared parameters, defaults filled in. A value that breaks its declaration is replaced by the default, so that
 * shapes can still be inferred while the problem is shown; `checkParams` reports it.
 */
export function effectiveParams(specs: ParamSpecs, params: JsonObject): EffectiveParams {
  const result: Record<string, ParamValue> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(params, name) ? params[name] : undefined
    result[name] = value !== undefined && isWithin(spec, value) ? (value as ParamValue) : (spec.default as ParamValue)
  }
  return result
}

/** True when a value equals the declared default, so that it need not be stored. */
export function isDefault(spec: ParamSpec, value: unknown): boolean {
  return JSON.stringify(spec.default) === JSON.stringify(value)
}
