import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../engine/base/shape.ts'
import { differentiate } from '../../../engine/compile/differentiate.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { ValueId } from '../../../engine/compile/ir.ts'
import { runKernel } from '../../support/native-program.ts'
import { interpret, type Values } from '../../support/reference-interpreter.ts'

/** A builder with values that hold numbers. */
function sketch() {
  const builder = createGraphBuilder()
  const given: Values = new Map()
  const number = (shape: Shape, ...data: number[]): ValueId => {
    const id = builder.value('parameter', `v${given.size}`, shape)
    given.set(id, { shape: shape.map((d) => Math.abs(d)), data: Float64Array.from(data) })
    return id
  }
  return { builder, given, number }
}

describe('the worked examples of the course', () => {
  it('1: a hidden layer of two units and a sigmoid give 0.8, -0.1, 0.56 and 0.636', () => {
    const { builder, given, number } = sketch()
    const x = number([-1, 3], 1, 0, 1)
    const hidden = number([3, 2], 0.5, 0.4, -0.2, 0.1, 0.3, -0.5)
    const output = number([2, 1], 0.7, 0.2)
    const before = builder.emitOne('dense', [x, hidden, null])
    const active = builder.emitOne('activation', [before], { activation: 'relu' })
    const logit = builder.emitOne('dense', [active, output, null])
    const y = builder.emitOne('activation', [logit], { activation: 'sigmoid' })
    const values = interpret(builder.finish('example 1', []), given)
    expect(values.get(before)?.data[0]).toBeCloseTo(0.8, 12)
    expect(values.get(before)?.data[1]).toBeCloseTo(-0.1, 12)
    expect(values.get(logit)?.data[0]).toBeCloseTo(0.56, 12)
    expect(values.get(y)?.data[0]).toBeCloseTo(0.636, 3)
  })

  it('2: f = (a + b)(b + c) at -1, 3, 4 is 14 with gradients 7, 9, 2', () => {
    const { builder, given, number } = sketch()
    const [a, b, c] = [number([], -1), number([], 3), number([], 4)]
    const f = builder.emitOne('multiply', [builder.emitOne('add', [a, b]), builder.emitOne('add', [b, c])])
    const { graph, gradients } = differentiate(builder.finish('example 2', [], f), [a, b, c])
    const values = interpret(graph, given)
    expect(values.get(f)?.data[0]).toBe(14)
    expect([a, b, c].map((id) => values.get(gradients.get(id) as ValueId)?.data[0])).toEqual([7, 9, 2])
  })

  it('4: softmax of 2.1, 3.2, 1.5 is 0.22, 0.66, 0.12, natively too', async () => {
    const result = await runKernel({
      kernel: 'softmax',
      inputs: [{ shape: [-1, 3], data: [2.1, 3.2, 1.5] }],
      outputs: [[-1, 3]],
      samples: 1,
    })
    expect([...(result.outputs[0] as Float32Array)].map((p) => Number(p.toFixed(2)))).toEqual([0.22, 0.66, 0.12])
    const { builder, given, number } = sketch()
    const y = builder.emitOne('softmax', [number([-1, 3], 2.1, 3.2, 1.5)])
    const values = interpret(builder.finish('example 4', []), given)
    expect([...(values.get(y)?.data ?? [])].map((p) => Number(p.toFixed(2)))).toEqual([0.22, 0.66, 0.12])
  })

  it('5: cross-entropies of 0.92, 0.09, 1 - 0.03 and 1 - 0.94 are 0.083, 2.41, 0.030 and 2.81', async () => {
    const call = {
      kernel: 'binary_cross_entropy',
      inputs: [
        { shape: [-1, 1], data: [0.92, 0.09, 0.03, 0.94] },
        { shape: [-1, 1], data: [1, 1, 0, 0] },
      ],
      outputs: [[-1]],
      samples: 4,
    }
    const native = (await runKernel(call)).outputs[0] as Float32Array
    const { builder, given, number } = sketch()
    const loss = builder.emitOne('binary_cross_entropy', [
      number([-1, 1], 0.92, 0.09, 0.03, 0.94),
      number([-1, 1], 1, 1, 0, 0),
    ])
    const reference = interpret(builder.finish('example 5', []), given, { n: 4 }).get(loss)?.data as Float64Array
    for (const losses of [native, reference]) {
      expect(losses[0]).toBeCloseTo(0.083, 3)
      expect(losses[1]).toBeCloseTo(2.41, 2)
      expect(losses[2]).toBeCloseTo(0.03, 3)
      expect(losses[3]).toBeCloseTo(2.81, 2)
    }
  })
})
