import { describe, expect, it } from 'vitest'
import type { LaminaError } from '../../../engine/base/errors.ts'
import { sameShape } from '../../../engine/base/shape.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { completeAttributes, decodeAttributes, encodeAttributes } from '../../../engine/ops/attributes.ts'
import { references } from '../../../engine/ops/reference/generated/registry.ts'
import { ops } from '../../../engine/ops/registry.ts'
import { drawInputs } from '../../support/reference-case.ts'
import { interpret, type Values } from '../../support/reference-interpreter.ts'

const kernels = loadNative().info().kernels
/** They treat each operand by itself, whatever its shape. */
const takesAnyShapes = /^weight_\w+_update$|^clip_gradients$/

describe('the registry of ops', () => {
  it('has distinct names', () => {
    expect(new Set(ops.map((op) => op.name)).size).toBe(ops.length)
  })
  it('has a reference for every op and no other', () => {
    expect(Object.keys(references).sort()).toEqual(ops.map((op) => op.name).sort())
  })
  it('has a kernel for every op that is no alias and no other', () => {
    const named = ops.filter((op) => !op.alias).map((op) => op.name)
    expect([...kernels].sort()).toEqual(named.sort())
  })
  it('differentiates only into ops that exist', () => {
    for (const op of ops) if (op.name.endsWith('_gradient')) expect(op.vjp, op.name).toBeUndefined()
  })
})

describe.each(ops.map((op) => [op.name, op] as const))('%s', (_, op) => {
  it('has samples', () => {
    expect(op.samples.length).toBeGreaterThan(0)
    expect(new Set(op.samples.map((sample) => sample.name)).size).toBe(op.samples.length)
  })

  it.each(op.samples.map((sample) => [sample.name, sample] as const))(
    '%s: infers the shapes that it computes',
    (_, sample) => {
      const n = 3
      const builder = createGraphBuilder()
      const given: Values = new Map()
      const inputs = drawInputs(op, sample, n, 11).map((tensor, index) => {
        if (!tensor) return null
        const id = builder.value('parameter', `input ${index}`, sample.inputs[index] as number[])
        given.set(id, tensor)
        return id
      })
      const outputs = builder.emit(op.name, inputs, sample.attributes, { shape: sample.shape })
      expect(outputs.length === op.outputs.length || op.outputs.at(-1)?.endsWith('...')).toBe(true)
      const graph = builder.finish('sample', [])
      const values = interpret(graph, given, { n, accumulators: new Float64Array(4) })
      for (const output of outputs) {
        const computed = values.get(output)
        const declared = builder.shapeOf(output).map((dimension) => (dimension < 0 ? -dimension * n : dimension))
        expect(sameShape(computed?.shape ?? [NaN], declared)).toBe(true)
        expect(computed?.data.every(Number.isFinite)).toBe(true)
      }
      const shapes = outputs.map((output) => builder.shapeOf(output))
      const attributes = completeAttributes(op, sample.attributes)
      expect(op.flops(sample.inputs, shapes, attributes)).toBeGreaterThanOrEqual(0)
      expect(decodeAttributes(op, encodeAttributes(op, attributes))).toEqual(attributes)
    },
  )

  it('refuses inputs of other shapes and attributes that it does not have', () => {
    const sample = op.samples[0]
    if (!sample) return expect.unreachable('no samples')
    const builder = createGraphBuilder()
    const inputs = sample.inputs.map((shape, index) => (shape ? builder.value('parameter', `i${index}`, shape) : null))
    const odd = builder.value('parameter', 'odd', [2, 3, 5, 7])
    expect(() =>
      builder.emit(op.name, inputs, { ...sample.attributes, unheardOf: 1 }, { shape: sample.shape }),
    ).toThrow(expect.objectContaining({ code: 'op.attribute' }))
    if (inputs.filter((input) => input !== null).length < 2 || takesAnyShapes.test(op.name)) return
    const codes = inputs.flatMap((input, index) => {
      if (input === null) return []
      try {
        builder.emit(op.name, inputs.with(index, odd), sample.attributes, { shape: sample.shape })
        return []
      } catch (thrown) {
        return [(thrown as LaminaError).code]
      }
    })
    expect(codes.length).toBeGreaterThan(0)
    expect(new Set(codes)).toEqual(new Set(['op.shape']))
  })
})
