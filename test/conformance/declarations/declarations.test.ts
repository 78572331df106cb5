import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { elementCount } from '../../../engine/base/shape.ts'
import { differentiate } from '../../../engine/compile/differentiate.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { IrNode } from '../../../engine/compile/ir.ts'
import { verify } from '../../../engine/compile/verify.ts'
import { checkParams, effectiveParams } from '../../../engine/layers/param-check.ts'
import type { ParamSpecs } from '../../../engine/layers/params.ts'
import { numberParam } from '../../../engine/layers/read-params.ts'
import { losses } from '../../../engine/training/losses/registry.ts'
import { metrics } from '../../../engine/training/metrics/registry.ts'
import { optimizers } from '../../../engine/training/optimizers/registry.ts'
import { scheduledLearningRate, schedules } from '../../../engine/training/schedules/registry.ts'
import { compileOf, documentOf, signatureOf } from '../../support/model.ts'
import { interpret } from '../../support/reference-interpreter.ts'
import { drawData, ReferenceSession, sessionOf } from '../../support/run-model.ts'

const all = [...losses, ...metrics, ...optimizers, ...schedules]

describe('every declaration', () => {
  it('has a type that is unique in its registry, a label and help', () => {
    for (const registry of [losses, metrics, optimizers, schedules])
      expect(new Set(registry.map((item) => item.type)).size).toBe(registry.length)
    for (const item of all) {
      expect(item.type).toMatch(/^[a-z][a-z0-9_]*$/)
      expect(item.label.length * item.help.length).toBeGreaterThan(0)
    }
  })

  it('has defaults within its own ranges', () => {
    for (const { type, params } of [...optimizers, ...schedules])
      for (const [name, spec] of Object.entries(params))
        expect(checkParams(params, { [name]: spec.default as number }), `${type}.${name}`).toEqual([])
  })
})

/** Least and greatest legal value of each parameter, one at a time. */
function extremesOf(params: ParamSpecs): Record<string, number>[] {
  return Object.entries(params).flatMap(([name, spec]) => {
    if (spec.kind !== 'number' && spec.kind !== 'integer') return []
    const inside = (spec.max - spec.min) * 1e-6
    const open = spec.kind === 'number' ? spec : { exclusiveMin: false, exclusiveMax: false }
    return [spec.min + (open.exclusiveMin ? inside : 0), spec.max - (open.exclusiveMax ? inside : 0)].map((value) => ({
      [name]: value,
    }))
  })
}

describe('every parameter at its least and greatest value', () => {
  it.each(schedules.map((schedule) => [schedule.type, schedule] as const))(
    'schedule %s: rates from 0 up',
    (type, schedule) => {
      for (const params of extremesOf(schedule.params))
        for (const epoch of [0, 0.5, 1, 7, 9.9]) {
          const run = { epochs: 10, stepsPerEpoch: 4, watched: [3, 2, 2, 2, 5] }
          const rate = scheduledLearningRate({ type, params }, epoch, 0.1, run)
          expect(Number.isFinite(rate) && rate >= 0, `${JSON.stringify(params)} at ${epoch}: ${rate}`).toBe(true)
        }
    },
  )

  const losing = losses.flatMap((loss) =>
    extremesOf(loss.params ?? {}).map((params) => [loss.type, params, loss] as const),
  )
  it.each(losing)('loss %s %j: a finite loss and gradient', (_, params, loss) => {
    const builder = createGraphBuilder()
    const shape = [-1, 3]
    const place = (name: string) => builder.value('parameter', name, shape)
    const [prediction, target] = [place('prediction'), place('target')]
    const values = loss.lower(builder, prediction, target, effectiveParams(loss.params ?? {}, params))
    const forward = builder.finish('loss', [], builder.emitOne('batch_mean', [values]))
    const { graph, gradients } = differentiate(forward, [prediction])
    const tensor = (data: number[]) => ({ shape: [2, 3], data: Float64Array.from(data) })
    const probabilities = tensor([0.2, 0.5, 0.3, 0.9, 0.05, 0.05])
    const given = new Map([
      [prediction, probabilities],
      [target, tensor([0, 1, 0, 1, 0, 0])],
    ])
    const results = interpret(verify(graph, 'differentiate'), given, { n: 2 })
    for (const id of [values, gradients.get(prediction) as number])
      expect(results.get(id)?.data.every(Number.isFinite)).toBe(true)
  })

  const optimizing = optimizers.flatMap((item) =>
    extremesOf(item.params).map((params) => [item.type, params, item] as const),
  )
  it.each(optimizing)('optimiser %s %j: three finite native steps', async (_, params, item) => {
    // At the largest rates training diverges, as it should; what is stepped with is a small one.
    const model = modelFor(losses.find((loss) => loss.type === 'mean_squared_error')!, item.type, params)
    const session = sessionOf(model, drawData(model, 16, 7), 7)
    try {
      const rows = Int32Array.from({ length: 16 }, (_row, index) => index)
      for (let iteration = 0; iteration < 3; iteration += 1)
        await session.run({ program: 'train', rows, batchSize: 16, learningRates: Float64Array.of(1e-4), iteration })
      for (const { offset, shape, role } of model.persistent)
        if (role === 'parameter') {
          const values = session.readPersistent(offset, elementCount(shape))
          expect(values.every((value) => Number.isFinite(value))).toBe(true)
        }
    } finally {
      session.dispose()
    }
  })
})

/** Targets from numbers in -1..1 and the least loss that each loss has for them; 0 where nothing is said. */
const special: Readonly<
  Record<string, { target?: (value: number) => number; least?: (targets: Float32Array) => number }>
> = {
  binary_crossentropy: { target: (value) => (value > 0 ? 1 : 0) },
  hinge: { target: Math.sign },
  perceptron: { target: (value) => (value > 0 ? 1 : 0) },
  squared_hinge: { target: Math.sign },
  mean_squared_logarithmic_error: { target: (value) => 2 + value },
  mean_absolute_percentage_error: { target: (value) => 2 + value },
  poisson: {
    target: (value) => 2 + value,
    least: (targets) => targets.reduce((sum, t) => sum + t - t * Math.log(t), 0) / targets.length,
  },
  cosine_similarity: { least: () => -1 },
}

/** A model whose last layer suits a loss. */
function modelFor(loss: (typeof losses)[number], optimizer: string, params: Record<string, number | boolean> = {}) {
  // The direction of a single number is its sign, which does not change smoothly.
  const classes = loss.target === 'value' && loss.type !== 'cosine_similarity' ? undefined : 3
  const usual = loss.activations?.[0] ?? (loss.type.endsWith('crossentropy') ? 'softmax' : 'linear')
  const activation = loss.type === 'binary_crossentropy' ? 'sigmoid' : usual
  const parts = {
    in: { type: 'input' },
    hidden: { type: 'dense', params: { units: 8, activation: 'tanh' } },
    last: { type: 'dense', params: { units: classes ?? 1, activation } },
    out: { type: 'output' },
  }
  const metric = classes ? ['accuracy'] : ['mean_absolute_error']
  const options = { document: documentOf(parts), dataset: signatureOf(4, classes), loss: loss.type, metrics: metric }
  return compileOf({ ...options, optimizer, optimizerParams: params, batchSize: 16 })
}

describe('every loss', () => {
  it.each(losses.map((loss) => [loss.type, loss] as const))('%s: Adam makes it small on 16 rows', async (_, loss) => {
    const model = modelFor(loss, 'adam')
    const data = drawData(model, 16, 5, 3).map((values, slot) =>
      model.slots[slot]?.kind === 'target' ? values.map(special[loss.type]?.target ?? Number) : values,
    )
    const least = special[loss.type]?.least?.(data.at(-1) as Float32Array) ?? 0
    const session = sessionOf(model, data, 5)
    try {
      const rows = Int32Array.from({ length: 16 }, (_row, index) => index)
      const run = (iteration: number) =>
        session.run({ program: 'train', rows, batchSize: 16, learningRates: Float64Array.of(0.02), iteration })
      const first = (await run(0)).accumulators[0]! / 16
      let last = first
      for (let step = 1; step < 400; step += 1) last = (await run(step)).accumulators[0]! / 16
      expect(last - least).toBeLessThan(0.5 * (first - least))
      expect(last - least).toBeGreaterThan(-1e-5)
    } finally {
      session.dispose()
    }
  })

  it.each(losses.map((loss) => [loss.type, loss] as const))('%s refuses what does not fit', (_, loss) => {
    const shaped = (shape: number[]) => () => loss.check(shape, undefined)
    expect(shaped([-1, 2, 3])).toThrowError(expect.objectContaining({ code: 'loss.shape' }))
    expect(shaped([-1])).toThrowError(expect.objectContaining({ code: 'loss.shape' }))
    const classes = ['a', 'b', 'c', 'd']
    const target = { column: 'y', kind: 'classes', classes } as const
    expect(() => loss.check([-1, 3], target)).toThrowError(expect.objectContaining({ code: 'loss.shape' }))
    expect(() => loss.check([-1, 4], target)).not.toThrow()
  })
})

describe('every optimiser', () => {
  const settings = optimizers.flatMap((item) => {
    const flags = Object.entries(item.params).filter(([, spec]) => spec.kind === 'boolean')
    const plain = [{}]
    const momentum = item.params.momentum ? [{ momentum: 0.9 }] : []
    const flagged = flags.map(([name]) => ({ ...(item.params.momentum ? { momentum: 0.9 } : {}), [name]: true }))
    return [...plain, ...momentum, ...flagged].map(
      (params) => [`${item.type} ${JSON.stringify(params)}`, item, params] as const,
    )
  })

  it.each(settings)('%s: one op updates every weight and names its slots', (_, item, params) => {
    const builder = createGraphBuilder()
    const effective = effectiveParams(item.params, params)
    const variables = [[3, 2], [2]].map((shape, index) => ({
      parameter: builder.value('parameter', `w${index}`, shape),
      gradient: builder.value('feed', `g${index}`, shape, { slot: index }),
      slots: item.slots(effective).map((slot) => builder.value('slot', `${slot.name}${index}`, shape)),
    }))
    item.lower(builder, effective, variables)
    const graph = verify(builder.finish('update', []), 'lower')
    const decay = numberParam(effective, 'weightDecay') > 0 ? ['weight_decay_update'] : []
    expect(graph.nodes.slice(0, -1).map((node) => node.op)).toEqual(decay)
    const node = graph.nodes.at(-1) as IrNode
    expect(node.attributes.count).toBe(2)
    const random = new Random(1, 801)
    const given = new Map(
      [...graph.values.values()]
        .filter((value) => value.role !== 'temporary')
        .map((value) => {
          const draw = () => (value.role === 'slot' ? 0 : random.normal())
          return [
            value.id,
            { shape: [...value.shape], data: Float64Array.from({ length: elementCount(value.shape) }, draw) },
          ]
        }),
    )
    const before = structuredClone(given)
    const after = interpret(graph, given, { learningRate: 0.1 })
    for (const { parameter, gradient } of variables)
      for (const [index, value] of after.get(parameter)!.data.entries()) {
        const step = value - before.get(parameter)!.data[index]!
        expect(Math.sign(step)).toBe(-Math.sign(before.get(gradient)!.data[index]!))
      }
  })

  it.each(settings)('%s: ten native steps agree with float64 to 1e-5', async (_, item, params) => {
    const model = modelFor(losses.find((loss) => loss.type === 'mean_squared_error')!, item.type, params)
    const data = drawData(model, 16, 7)
    const reference = new ReferenceSession(model, data, 7)
    const session = sessionOf(model, data, 7)
    try {
      const rows = Array.from({ length: 16 }, (_row, index) => index)
      for (let iteration = 0; iteration < 10; iteration += 1) {
        reference.run('train', rows, 0.01, iteration)
        const learningRates = Float64Array.of(0.01)
        await session.run({ program: 'train', rows: Int32Array.from(rows), batchSize: 16, learningRates, iteration })
      }
      let largest = 0
      for (const entry of model.persistent.filter((item) => item.role === 'parameter')) {
        const native = session.readPersistent(entry.offset, elementCount(entry.shape))
        for (const [index, value] of reference.memory.get(entry.name)!.data.entries())
          largest = Math.max(largest, Math.abs(value - native[index]!))
      }
      expect(largest).toBeLessThan(1e-5)
    } finally {
      session.dispose()
    }
  })
})
