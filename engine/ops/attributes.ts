import { LaminaError } from '../base/errors.ts'
import type { AttributeSpec, Attributes, AttributeValue, OpDeclaration } from './op.ts'

function refuse(op: string, name: string, expected: string, received: unknown): never {
  throw new LaminaError({
    code: 'op.attribute',
    message: `The attribute ${name} of ${op} is not valid.`,
    where: `${op}.${name}`,
    expected,
    received: received === undefined ? 'nothing' : JSON.stringify(received),
    fix: 'This is a defect of the layer that lowers to this op; please report it.',
  })
}

function range(spec: { min?: number; max?: number }): string {
  if (spec.min !== undefined && spec.max !== undefined) return ` from ${spec.min} to ${spec.max}`
  if (spec.min !== undefined) return ` of at least ${spec.min}`
  return spec.max !== undefined ? ` of at most ${spec.max}` : ''
}

function checkAttribute(op: string, name: string, spec: AttributeSpec, value: AttributeValue | undefined): void {
  switch (spec.kind) {
    case 'integer':
    case 'number': {
      const word = spec.kind === 'integer' ? 'a whole number' : 'a finite number'
      const fits =
        typeof value === 'number' &&
        (spec.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
        value >= (spec.min ?? -Infinity) &&
        value <= (spec.max ?? Infinity)
      if (!fits) refuse(op, name, word + range(spec), value)
      return
    }
    case 'boolean':
      if (typeof value !== 'boolean') refuse(op, name, 'true or false', value)
      return
    case 'choice':
      if (typeof value !== 'string' || !spec.options.includes(value)) refuse(op, name, spec.options.join(', '), value)
      return
    case 'list':
      if (!Array.isArray(value) || !value.every(Number.isFinite)) refuse(op, name, 'a list of finite numbers', value)
  }
}

/**
 * The attributes of `op` in declaration order with defaults filled in.
 *
 * Throws `op.attribute` for an unknown one, a missing one without default and one out of its range.
 */
export function completeAttributes(op: OpDeclaration, given: Attributes = {}): Attributes {
  const complete: Record<string, AttributeValue> = {}
  for (const [name, spec] of Object.entries(op.attributes)) {
    const value = given[name] ?? spec.default
    checkAttribute(op.name, name, spec, value)
    complete[name] = value as AttributeValue
  }
  for (const name of Object.keys(given))
    if (!(name in op.attributes))
      refuse(op.name, name, Object.keys(op.attributes).join(', ') || 'no attributes', given[name])
  return complete
}

/** Attributes as the program holds them: numbers as they are, booleans 0 or 1, choices by index, a list as its length and its items. */
export function encodeAttributes(op: OpDeclaration, attributes: Attributes): number[] {
  const encoded: number[] = []
  for (const [name, spec] of Object.entries(op.attributes)) {
    const value = attributes[name]
    if (spec.kind === 'list') encoded.push((value as readonly number[]).length, ...(value as readonly number[]))
    else if (spec.kind === 'choice') encoded.push(spec.options.indexOf(value as string))
    else encoded.push(Number(value))
  }
  return encoded
}

/** The reverse of `encodeAttributes`. */
export function decodeAttributes(op: OpDeclaration, encoded: ArrayLike<number>): Attributes {
  const attributes: Record<string, AttributeValue> = {}
  let at = 0
  for (const [name, spec] of Object.entries(op.attributes)) {
    const value = encoded[at] as number
    at += 1
    if (spec.kind === 'list') {
      attributes[name] = Array.from({ length: value }, (_, index) => encoded[at + index] as number)
      at += value
    } else if (spec.kind === 'choice') attributes[name] = spec.options[value] as string
    else attributes[name] = spec.kind === 'boolean' ? value !== 0 : value
  }
  return attributes
}
