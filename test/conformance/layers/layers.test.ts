import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import { Random, Stream } from '../../../engine/base/rng.ts'
import type { Shape } from '../../../engine/base/shape.ts'
import { concreteShape, elementCount } from '../../../engine/base/shape.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { ValueId } from '../../../engine/compile/ir.ts'
import { verify } from '../../../engine/compile/verify.ts'
import { parseDocument, stringifyDocument } from '../../../engine/graph/parse.ts'
import type { LayerDeclaration, LayerProblem } from '../../../engine/layers/layer.ts'
import { checkParams, effectiveParams } from '../../../engine/layers/param-check.ts'
import type { ParamSpec, ParamValue } from '../../../engine/layers/params.ts'
import { layers } from '../../../engine/layers/registry.ts'
import type { ReferenceTensor } from '../../../engine/ops/op.ts'
import { interpret } from '../../support/reference-interpreter.ts'

const BATCH_SIZE = 6

interface Case {
  layer: LayerDeclaration
  inputs: readonly Shape[]
  params: JsonObject
}

/** Least, default and greatest legal value of each parameter, one at a time; sizes are kept small enough to execute. */
function extremes(spec: ParamSpec): ParamValue[] {
  switch (spec.kind) {
    case 'integer':
      return [Math.max(spec.min, -512), spec.default, Math.min(spec.max, 512)]
    case 'number': {
      const inside = (spec.max - spec.min) * 1e-6
      return [spec.min + (spec.exclusiveMin ? inside : 0), spec.default, spec.max - (spec.exclusiveMax ? inside : 0)]
    }
    case 'boolean':
      return [false, true]
    case 'choice':
      return spec.options.map((option) => option.value)
    default:
      return [spec.default as ParamValue]
  }
}

function accepts(test: Case): boolean {
  try {
    test.layer.infer({ inputs: test.inputs, params: effectiveParams(test.layer.params, test.params) })
    return true
  } catch {
    return false
  }
}

/** Extremes that fit no sample, not even nearly. */
const refused: string[] = []

/** The first sample that takes the value; where the sizes of all of them forbid it (a crop of 512), the value next to it that one takes. */
function fittingCase(samples: readonly Case[], name: string, spec: ParamSpec, value: ParamValue): Case | undefined {
  const steps = spec.kind === 'integer' ? Math.abs(Number(value) - spec.default) : 0
  for (let step = 0; step <= Math.min(steps, 2000); step += 1) {
    const nearer = steps === 0 ? value : Number(value) - step * Math.sign(Number(value) - Number(spec.default))
    const params = { [name]: nearer } as JsonObject
    const found = samples.map((sample) => ({ ...sample, params: { ...sample.params, ...params } })).find(accepts)
    if (found) return found
  }
  return undefined
}

/** Every sample, and every parameter of every layer at its extremes on top of the first sample that it fits. */
const cases: Case[] = layers.flatMap((layer) => {
  const samples = layer.samples.map(({ inputs, params }) => ({ layer, inputs, params: params as JsonObject }))
  const swept = Object.entries(layer.params).flatMap(([name, spec]) =>
    extremes(spec).flatMap((value) => {
      const fitting = fittingCase(samples, name, spec, value)
      if (!fitting) refused.push(`${layer.type}.${name} = ${JSON.stringify(value)}`)
      return fitting ? [fitting] : []
    }),
  )
  return [...samples, ...swept]
})

function draw(shape: readonly number[], seed: number, ordinal: number): ReferenceTensor {
  const random = new Random(seed, 800, ordinal)
  return { shape: [...shape], data: Float64Array.from({ length: elementCount(shape) }, () => random.normal()) }
}

/** A mask for an input: every other step counts. */
function maskFor(shape: Shape): ReferenceTensor {
  const steps = concreteShape(shape.slice(0, -1), BATCH_SIZE)
  return { shape: steps, data: Float64Array.from({ length: elementCount(steps) }, (_, index) => index % 2) }
}

/** Runs one layer in float64 with weights drawn (moving variances 1); with masks at all inputs when asked. */
function execute({ layer, inputs, params }: Case, training: boolean, masked = false) {
  const context = { inputs, params: effectiveParams(layer.params, params) }
  const builder = createGraphBuilder()
  builder.setOrigin('layer')
  const given = new Map<ValueId, ReferenceTensor>()
  const values = inputs.map((shape, index) => {
    const id = builder.value('feed', `input ${index}`, shape, { slot: index })
    const drawn = draw(concreteShape(shape, BATCH_SIZE), 1, index)
    // Ids of an Embedding: the first and the last.
    if (layer.type === 'embedding')
      drawn.data = drawn.data.map((value) => (value > 0 ? Number(context.params.inputDim) - 1 : 0))
    given.set(id, drawn)
    return id
  })
  const masks = inputs.map((shape, index) => {
    if (!masked) return null
    const id = builder.value('feed', `mask ${index}`, shape.slice(0, -1), { slot: inputs.length + index })
    given.set(id, maskFor(shape))
    return id
  })
  const weights: Record<string, ValueId> = {}
  for (const [index, weight] of layer.weights(context).entries()) {
    const id = builder.value(weight.trainable ? 'parameter' : 'state', weight.name, weight.shape)
    weights[weight.name] = id
    const drawn = draw(weight.shape, 2, index)
    given.set(id, weight.name === 'moving_variance' ? { ...drawn, data: drawn.data.fill(1) } : drawn)
  }
  const stream = Stream.layers
  const lowering = { ...context, builder, values, masks, weights, training, stream, penalize: () => {} }
  const lowered = layer.lower?.(lowering) ?? []
  const arriving = inputs.map((shape) => (masked ? shape.slice(0, -1) : null))
  const inferredMasks = layer.mask?.infer(arriving, context) ?? []
  const loweredMasks = inferredMasks.some((mask) => mask !== null) ? (layer.mask?.lower(lowering) ?? []) : []
  const outputs = [...lowered, ...loweredMasks].flatMap((value, index) =>
    value === null ? [] : [{ name: `output ${index}`, value }],
  )
  const graph = verify(builder.finish('layer', outputs), 'lower')
  const results = interpret(graph, given, { n: BATCH_SIZE, seed: 1 })
  return { builder, lowered, inferredMasks, loweredMasks, results }
}

const nameOf = ({ layer, inputs, params }: Case) =>
  [`${layer.type} ${JSON.stringify(params)} on ${JSON.stringify(inputs)}`] as const
const labelled = cases.map((test) => [...nameOf(test), test] as const)
const lowering = labelled.filter(([, test]) => test.layer.type !== 'input' && test.layer.type !== 'output')

describe('every layer', () => {
  it('takes each extreme of its parameters on some sample', () => {
    // An Input without a shape takes that of its columns, and there are none here.
    expect(refused).toEqual(['input.shape = []'])
  })

  it('has a unique type, and says what it is', () => {
    expect(new Set(layers.map((layer) => layer.type)).size).toBe(layers.length)
    for (const layer of layers) {
      expect(layer.type).toMatch(/^[a-z][a-z0-9_]*$/)
      for (const text of [layer.label, layer.icon, layer.summary, layer.help]) expect(text.length).toBeGreaterThan(2)
      expect(layer.samples.length, layer.type).toBeGreaterThan(0)
      if (layer.type !== 'input' && layer.type !== 'output') expect(layer.lower, layer.type).toBeTypeOf('function')
    }
  })

  it('describes each parameter, with a default that it accepts', () => {
    for (const layer of layers)
      for (const [name, spec] of Object.entries(layer.params)) {
        expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/)
        expect(spec.label.length * spec.help.length, `${layer.type}.${name}`).toBeGreaterThan(0)
        expect(checkParams(layer.params, { [name]: spec.default as ParamValue }), `${layer.type}.${name}`).toEqual([])
      }
  })

  it('refuses a value beyond each range, naming the parameter', () => {
    for (const layer of layers)
      for (const [name, spec] of Object.entries(layer.params)) {
        const wrong = spec.kind === 'integer' || spec.kind === 'number' ? [spec.min - 1, spec.max * 2 + 1, 'x'] : [-7.5]
        for (const value of wrong) {
          const problems = checkParams(layer.params, { [name]: value })
          expect(problems, `${layer.type}.${name} = ${value}`).toMatchObject([{ code: 'param.invalid', param: name }])
        }
      }
  })

  it.each(labelled)('survives being written and read: %s', (_, { layer, params }) => {
    const node = { id: 'a', type: layer.type, name: 'a', params, position: { x: 1, y: 2 } }
    const document = { format: 2, nodes: { a: node }, edges: {} } as const
    const read = parseDocument(stringifyDocument(document))
    expect(read).toEqual(document)
    expect(effectiveParams(layer.params, read.nodes.a!.params)).toEqual(effectiveParams(layer.params, params))
  })

  it.each(labelled)('has a headline and names its weights once: %s', (_, { layer, inputs, params }) => {
    const context = { inputs, params: effectiveParams(layer.params, params) }
    expect(layer.headline(context.params).every((fact) => fact.length > 0)).toBe(true)
    const weights = layer.weights(context)
    expect(new Set(weights.map((weight) => weight.name)).size).toBe(weights.length)
    for (const weight of weights) expect(weight.shape.every((size) => Number.isInteger(size) && size > 0)).toBe(true)
  })

  it.each(lowering)('gives the shape it inferred, finite, in training and inference: %s', (_, test) => {
    const inferred = test.layer.infer({ inputs: test.inputs, params: effectiveParams(test.layer.params, test.params) })
    expect(inferred).toHaveLength(test.layer.outputs.length)
    for (const training of [true, false]) {
      const { builder, lowered, results } = execute(test, training)
      expect(lowered.map((value) => builder.shapeOf(value))).toEqual(inferred)
      for (const [index, value] of lowered.entries()) {
        const result = results.get(value)
        expect(result?.shape).toEqual(concreteShape(inferred[index]!, BATCH_SIZE))
        expect(result?.data.every((item) => Number.isFinite(item))).toBe(true)
      }
    }
  })

  it.each(lowering.filter(([, test]) => test.layer.mask))('takes masks, and gives those it inferred: %s', (_, test) => {
    const { builder, lowered, inferredMasks, loweredMasks, results } = execute(test, true, true)
    const inferred = test.layer.infer({ inputs: test.inputs, params: effectiveParams(test.layer.params, test.params) })
    expect(lowered.map((value) => builder.shapeOf(value))).toEqual(inferred)
    for (const value of lowered) expect(results.get(value)?.data.every((item) => Number.isFinite(item))).toBe(true)
    expect(inferredMasks).toHaveLength(test.layer.outputs.length)
    for (const [index, shape] of inferredMasks.entries()) {
      const value = loweredMasks[index] ?? null
      expect(value === null ? null : builder.shapeOf(value)).toEqual(shape)
      if (value === null || shape === null) continue
      expect(shape).toEqual(inferred[index]!.slice(0, shape.length))
      expect(results.get(value)?.data.every((item) => item === 0 || item === 1)).toBe(true)
    }
  })

  it('reports what it refuses as a problem at a port or parameter', () => {
    const odd: Shape[] = [[-1], [-1, 1], [-1, 7], [-1, 3, 5], [-1, 2, 2, 2]]
    let refused = 0
    for (const { layer, params } of cases)
      for (const a of odd)
        for (const b of odd) {
          const inputs = layer.inputs[0]?.variadic ? [a, b] : layer.inputs.map((_port, index) => (index === 0 ? a : b))
          try {
            layer.infer({ inputs, params: effectiveParams(layer.params, params) })
          } catch (thrown) {
            refused += 1
            const problem = (thrown as { details?: LayerProblem }).details
            expect(problem, `${layer.type}: ${String(thrown)}`).toMatchObject({
              code: expect.stringMatching(/^[a-z]+\.[a-z-]+$/),
            })
            expect(problem?.code).not.toMatch(/^internal/)
            expect(problem?.port ?? problem?.param).toBeTruthy()
            expect(problem?.fix).toBeTruthy()
          }
        }
    expect(refused).toBeGreaterThan(50)
  })
})
