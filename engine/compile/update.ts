import { elementCount, type Shape } from '../base/shape.ts'
import { booleanParam, numberParam } from '../layers/read-params.ts'
import type { PersistentEntry } from '../native/program.ts'
import type { GraphBuilder } from './builder.ts'
import type { ValueId } from './ir.ts'
import { aligned } from './plan-memory.ts'
import type { CompiledWeight, CompileRequest } from './types.ts'

/** What an optimiser keeps beside the weights. */
export interface OptimizerSlots {
  entries: PersistentEntry[]
  offsets: Map<ValueId, number>
  /** Ranges that do not start at 0. */
  initials: { offset: number; length: number; value: number }[]
  /** Where the moving average of a weight lies, which is used in its place. */
  averages: Map<CompiledWeight, number>
  /** The weights after the update. */
  updated: Map<CompiledWeight, ValueId>
  /** Floats of weights and slots. */
  floats: number
  /** Steps whose gradients make one update. */
  every: number
}

/** A weight that is trained and its gradient. */
interface Variable {
  weight: CompiledWeight
  parameter: ValueId
  gradient: ValueId
}

/** Projects updated parameters, those under the same constraint in one op; returned are all, projected or not. */
function constrain(
  builder: GraphBuilder,
  updated: readonly ValueId[],
  constraints: readonly CompiledWeight['constraint'][],
): ValueId[] {
  const groups = new Map<string, { attributes: { kind: string; limit: number }; places: number[] }>()
  for (const [index, constraint] of constraints.entries()) {
    if (!constraint) continue
    const key = `${constraint.kind} ${constraint.limit}`
    const group = groups.get(key) ?? { attributes: { ...constraint }, places: [] }
    groups.set(key, group)
    group.places.push(index)
  }
  const projected = [...updated]
  for (const { attributes, places } of groups.values()) {
    const values = places.map((place) => updated[place] as ValueId)
    const results = builder.emit('weight_constraint_update', values, { count: values.length, ...attributes })
    for (const [index, place] of places.entries()) projected[place] = results[index] as ValueId
  }
  return projected
}

/**
 * Appends the update of all variables in Keras' order (`base_optimizer.apply`): gather gradients, clip, decay, step, average, constrain.
 * Slots come after `floats`, the floats of the weights; the step goes by the learning rate of number `rate`.
 */
export function lowerUpdate(
  builder: GraphBuilder,
  { declaration, params }: CompileRequest['optimizer'],
  variables: readonly Variable[],
  floats: number,
  rate = 0,
): OptimizerSlots {
  const every = numberParam(params, 'gradientAccumulationSteps')
  const slots: OptimizerSlots = {
    entries: [],
    offsets: new Map(),
    initials: [],
    averages: new Map(),
    updated: new Map(),
    floats,
    every,
  }
  if (variables.length === 0) return slots
  const slot = ({ path, shape }: { path: string; shape: Shape }, name: string, initial = 0): ValueId => {
    const offset = slots.floats
    const length = aligned(elementCount(shape))
    slots.floats += length
    slots.entries.push({ name: `optimizer/${path}/${name}`, role: 'slot', offset, shape })
    if (initial !== 0) slots.initials.push({ offset, length, value: initial })
    const value = builder.value('slot', `optimizer/${path}/${name}`, shape)
    slots.offsets.set(value, offset)
    return value
  }
  const count = variables.length
  const own = variables.map(({ weight }) =>
    declaration.slots(params).map(({ name, initial }) => slot(weight, name, initial)),
  )
  let gradients: readonly ValueId[] = variables.map(({ gradient }) => gradient)
  if (every > 1) {
    const sums = variables.map(({ weight }) => slot(weight, 'gradient_accumulator'))
    gradients = builder.emit('accumulate_gradients', [...sums, ...gradients], { count, every })
  }
  builder.setRate(rate)
  let updated = declaration.lower(
    builder,
    params,
    variables.map(({ parameter }, index) => ({
      parameter,
      gradient: gradients[index] as ValueId,
      slots: own[index] as ValueId[],
    })),
  )
  builder.setRate(0)
  if (booleanParam(params, 'useEma')) {
    const averages = variables.map(({ weight }) => slot(weight, 'average'))
    for (const [index, { weight }] of variables.entries())
      slots.averages.set(weight, slots.offsets.get(averages[index] as ValueId) as number)
    const attributes = {
      count,
      momentum: numberParam(params, 'emaMomentum'),
      overwriteEvery: numberParam(params, 'emaOverwriteFrequency'),
      every,
    }
    updated = builder.emit('weight_average_update', [...updated, ...averages], attributes).slice(0, count)
  }
  const final = constrain(
    builder,
    updated,
    variables.map(({ weight }) => weight.constraint),
  )
  for (const [index, { weight }] of variables.entries()) slots.updated.set(weight, final[index] as ValueId)
  return slots
}
