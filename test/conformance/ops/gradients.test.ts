import { describe, expect, it } from 'vitest'
import { differentiate } from '../../../engine/compile/differentiate.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { ValueId } from '../../../engine/compile/ir.ts'
import { verify } from '../../../engine/compile/verify.ts'
import type { OpDeclaration, OpSample, ReferenceTensor } from '../../../engine/ops/op.ts'
import { ops } from '../../../engine/ops/registry.ts'
import { drawInputs } from '../../support/reference-case.ts'
import { interpret, type Values } from '../../support/reference-interpreter.ts'

/** Central differences in float64: truncation about STEP², rounding about 1e-16 / STEP. */
const STEP = 1e-5
/** Relative to the largest element of the gradient. */
const TOLERANCE = 1e-6
const SAMPLES = 3
const SEED = 23

/** The op under half the squared distance of its first output to random numbers, so that every element has a gradient of its own. */
function lossOf(op: OpDeclaration, sample: OpSample) {
  const builder = createGraphBuilder()
  const given: Values = new Map()
  const inputs = drawInputs(op, sample, SAMPLES, SEED).map((tensor, index) => {
    if (!tensor) return null
    const id = builder.value('parameter', `input ${index}`, sample.inputs[index] as number[])
    given.set(id, tensor)
    return id
  })
  const output = builder.emit(op.name, inputs, sample.attributes, { shape: sample.shape })[0] as ValueId
  const shape = builder.shapeOf(output)
  const anchor = builder.value('parameter', 'anchor', shape)
  const [drawn] = drawInputs(op, { name: 'anchor', inputs: [shape] }, SAMPLES, SEED + 1)
  given.set(anchor, drawn as ReferenceTensor)
  const loss = builder.emitOne('l2_penalty', [builder.emitOne('subtract', [output, anchor])], { factor: 0.5 })
  return { graph: builder.finish(op.name, [], loss), inputs, given, loss }
}

const differentiable = ops.filter((op) => op.vjp && op.inputs.length > 0)

it('covers every op but those that are never differentiated', () => {
  const without = ops.filter((op) => !op.vjp).map((op) => op.name)
  const never = /_gradients?$|_update$|_accuracy$|^accumulate$|^accumulate_\w+$|^clip_gradients$/
  expect(without.filter((name) => !never.test(name))).toEqual([])
})

describe.each(differentiable.map((op) => [op.name, op] as const))('the gradient of %s', (_, op) => {
  it.each(op.samples.map((sample) => [sample.name, sample] as const))(
    '%s: agrees with finite differences',
    (_, sample) => {
      const { graph, inputs, given, loss } = lossOf(op, sample)
      const wanted = inputs.filter(
        (input, index): input is ValueId => input !== null && !sample.constant?.includes(index),
      )
      expect(wanted.length).toBeGreaterThan(0)
      const result = differentiate(verify(graph, 'test'), wanted)
      const values = interpret(verify(result.graph, 'differentiate'), given, { n: SAMPLES })
      const lossAt = (): number => interpret(graph, given, { n: SAMPLES }).get(loss)?.data[0] as number
      for (const input of wanted) {
        const { data } = given.get(input) as ReferenceTensor
        const gradient = result.gradients.get(input) ?? null
        const analytic =
          gradient === null ? new Float64Array(data.length) : (values.get(gradient) as ReferenceTensor).data
        expect(analytic.length).toBe(data.length)
        const numeric = data.map((value, index) => {
          data[index] = value + STEP
          const above = lossAt()
          data[index] = value - STEP
          const below = lossAt()
          data[index] = value
          return (above - below) / (2 * STEP)
        })
        const scale = Math.max(...numeric.map(Math.abs), 1e-3)
        for (const [index, value] of numeric.entries())
          expect(Math.abs(value - (analytic[index] as number)) / scale, `element ${index} of %${input}`).toBeLessThan(
            TOLERANCE,
          )
      }
    },
  )
})
