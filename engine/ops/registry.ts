import { LaminaError } from '../base/errors.ts'
import { ops } from './generated/registry.ts'
import type { OpDeclaration } from './op.ts'

export { ops }

const byName: ReadonlyMap<string, OpDeclaration> = new Map(ops.map((op) => [op.name, op]))

/** The declaration of an op. Throws `op.unknown`. */
export function findOp(name: string): OpDeclaration {
  const op = byName.get(name)
  if (!op)
    throw new LaminaError({
      code: 'op.unknown',
      message: `There is no op named ${name}.`,
      where: name,
      expected: [...byName.keys()].join(', '),
      received: name,
      fix: 'This is a defect of the layer that lowers to this op; please report it.',
    })
  return op
}

/** Inputs an op takes at least and at most. */
export function arityOf(op: OpDeclaration): { least: number; most: number } {
  const variadic = op.inputs.at(-1)?.endsWith('...') ?? false
  const least = variadic ? op.inputs.length - 1 : op.inputs.length
  return { least, most: variadic ? Infinity : op.inputs.length }
}

/** True when input `index` may be left out. */
export function isOptionalInput(op: OpDeclaration, index: number): boolean {
  return op.inputs[index]?.endsWith('?') ?? false
}

/** True when the kernel leaves output `index` out while nothing reads it. */
export function isOptionalOutput(op: OpDeclaration, index: number): boolean {
  return op.outputs[index]?.endsWith('?') ?? false
}
