import type { GraphBuilder } from '../../compile/builder.ts'
import type { ValueId } from '../../compile/ir.ts'
import type { ParamSpec } from '../../layers/params.ts'
import type { Attributes } from '../../ops/op.ts'

/** The `learningRate` parameter every optimiser has. */
export function learningRateParam(initial: number): ParamSpec {
  return {
    kind: 'number',
    label: 'Learning rate',
    help: 'Length of a step. Too large diverges, too small crawls; try powers of ten.',
    keras: 'learning_rate',
    default: initial,
    min: 0,
    max: 1000,
    exclusiveMin: true,
    logarithmic: true,
  }
}

/** A share of the past that an average keeps, 0 up to but not 1. */
export function decayParam(label: string, help: string, keras: string, initial: number): ParamSpec {
  return { kind: 'number', label, help, keras, default: initial, min: 0, max: 1, exclusiveMax: true }
}

/** The small number under a division. */
export const epsilonParam: ParamSpec = {
  kind: 'number',
  label: 'Epsilon',
  help: 'Keeps the division away from zero.',
  keras: 'epsilon',
  default: 1e-7,
  min: 0,
  max: 1,
  exclusiveMin: true,
  logarithmic: true,
  searchable: false,
}

/** Emits one update of all variables: parameters, then gradients, then each slot of all. */
export function emitUpdate(
  builder: GraphBuilder,
  op: string,
  attributes: Attributes,
  variables: readonly { parameter: ValueId; gradient: ValueId; slots: readonly ValueId[] }[],
): void {
  const slots = (variables[0]?.slots ?? []).map((_, slot) => variables.map((variable) => variable.slots[slot]!))
  const inputs = [
    ...variables.map((variable) => variable.parameter),
    ...variables.map((variable) => variable.gradient),
    ...slots.flat(),
  ]
  builder.emit(op, inputs, { count: variables.length, ...attributes })
}
