import { invariant } from '../base/errors.ts'
import type { EffectiveParams } from './params.ts'

/** Reads a numeric parameter. The declaration guarantees the type; anything else is a defect. */
export function numberParam(params: EffectiveParams, name: string): number {
  const value = params[name]
  invariant(typeof value === 'number', `parameter ${name} is not a number`)
  return value
}

/** Reads a boolean parameter. */
export function booleanParam(params: EffectiveParams, name: string): boolean {
  const value = params[name]
  invariant(typeof value === 'boolean', `parameter ${name} is not a boolean`)
  return value
}

/** Reads a choice, target or text parameter. */
export function textParam(params: EffectiveParams, name: string): string {
  const value = params[name]
  invariant(typeof value === 'string', `parameter ${name} is not a text`)
  return value
}

/** Reads a shape parameter. */
export function shapeParam(params: EffectiveParams, name: string): readonly number[] {
  const value = params[name]
  invariant(Array.isArray(value), `parameter ${name} is not a shape`)
  return value as readonly number[]
}

/** Reads a list of column names. */
export function columnsParam(params: EffectiveParams, name: string): readonly string[] {
  const value = params[name]
  invariant(Array.isArray(value), `parameter ${name} is not a list of columns`)
  return value as readonly string[]
}
