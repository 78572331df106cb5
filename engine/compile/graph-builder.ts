import { invariant, LaminaError } from '../base/errors.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { completeAttributes } from '../ops/attributes.ts'
import { outputShapes } from '../ops/fold.ts'
import type { Attributes, OpDeclaration } from '../ops/op.ts'
import { arityOf, findOp, isOptionalInput } from '../ops/registry.ts'
import type { GraphBuilder } from './builder.ts'
import type { IrGraph, IrNode, IrValue, ValueId, ValueRole } from './ir.ts'

/** Throws `op.arity` unless `inputs` are as many as `op` takes and only optional ones are left out. */
export function checkArity(op: OpDeclaration, inputs: readonly (ValueId | null)[]): void {
  const { least, most } = arityOf(op)
  const missing = inputs.findIndex((input, index) => input === null && !isOptionalInput(op, index))
  if (inputs.length >= least && inputs.length <= most && missing < 0) return
  throw new LaminaError({
    code: 'op.arity',
    message: `The inputs given to ${op.name} are not those it takes.`,
    where: op.name,
    expected: op.inputs.join(', ') || 'no inputs',
    received: missing >= 0 ? `nothing for input ${missing}` : `${inputs.length} inputs`,
    fix: 'This is a defect of the layer that lowers to this op; please report it.',
  })
}

/** A builder of a new graph, or one that appends to `base` (whose values keep their ids). */
export function createGraphBuilder(base?: Pick<IrGraph, 'values' | 'nodes'>): GraphBuilder {
  const values = new Map<ValueId, IrValue>(base?.values)
  const nodes: IrNode[] = base ? [...base.nodes] : []
  let next = 0
  for (const id of values.keys()) next = Math.max(next, id + 1)
  let origin = ''
  let rate = 0

  const append = (role: ValueRole, name: string, shape: Shape, extra: Partial<IrValue> = {}): ValueId => {
    const id = next
    next += 1
    values.set(id, { ...extra, id, name, shape, role })
    return id
  }

  const shapeOf = (value: ValueId): Shape => {
    const found = values.get(value)
    invariant(found, `the value %${value} is not part of the graph under construction`)
    return found.shape
  }

  const builder: GraphBuilder = {
    emit(opName, inputs, attributes: Attributes = {}, options = {}) {
      const op = findOp(opName)
      checkArity(op, inputs)
      const complete = completeAttributes(op, attributes)
      const inputShapes = inputs.map((input) => (input === null ? null : shapeOf(input)))
      const shapes = outputShapes(op, inputShapes, complete, options.shape)
      const outputs = shapes.map((shape, index) =>
        append('temporary', options.name ?? `${opName}${index === 0 ? '' : `.${index}`}`, shape),
      )
      nodes.push({
        op: opName,
        inputs: [...inputs],
        outputs,
        attributes: complete,
        origin,
        ...(rate === 0 ? {} : { rate }),
      })
      return outputs
    },
    emitOne(opName, inputs, attributes, options) {
      const outputs = builder.emit(opName, inputs, attributes, options)
      invariant(outputs.length === 1, `${opName} has ${outputs.length} outputs, one was expected`)
      return outputs[0] as ValueId
    },
    value(role, name, shape, extra = {}) {
      invariant(role !== 'temporary', `${name}: temporaries are made by ops`)
      invariant(role !== 'feed' || extra.slot !== undefined, `${name}: a feed needs its slot`)
      invariant(
        role !== 'constant' || extra.literal?.length === elementCount(shape),
        `${name}: a constant needs as many numbers as its shape holds`,
      )
      return append(role, name, shape, extra)
    },
    shapeOf,
    setOrigin(name) {
      origin = name
    },
    setRate(number) {
      rate = number
    },
    finish(name, outputs, loss) {
      const graph: IrGraph = { name, values: new Map(values), nodes: [...nodes], outputs: [...outputs] }
      return loss === undefined ? graph : { ...graph, loss }
    },
  }
  return builder
}
