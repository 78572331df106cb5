import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Stream } from '../../../engine/base/rng.ts'
import { differentiate } from '../../../engine/compile/differentiate.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { ValueId } from '../../../engine/compile/ir.ts'
import { verify } from '../../../engine/compile/verify.ts'
import type { LayerDeclaration } from '../../../engine/layers/layer.ts'
import { effectiveParams } from '../../../engine/layers/param-check.ts'
import { layers } from '../../../engine/layers/registry.ts'
import { interpretNatively } from '../../support/native-interpreter.ts'
import { agree, type Quantity, TOLERANCE } from '../../support/parity.ts'
import type { Values } from '../../support/reference-interpreter.ts'

interface GoldenCase {
  layer: string
  params: { units: number } & Record<string, number | string | boolean>
  merge: string | null
  torch: boolean
  shape: [number, number, number]
  x: number[]
  target: number[]
  initial: Record<string, number[]>
  outputShape: number[]
  output: number[]
  inputGradient: number[]
  gradients: Record<string, number[]>
  final: Record<string, number[]>
}

interface Golden {
  keras: string
  torch: string
  steps: number
  rate: number
  cases: GoldenCase[]
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/recurrent.json'), 'utf8')) as Golden

/** Keras' parameters under our names. */
function paramsOf({ params, merge }: GoldenCase): Record<string, number | string | boolean> {
  const camel = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const named = Object.fromEntries(Object.entries(params).map(([key, value]) => [camel(key), value]))
  return merge === null ? named : { ...named, bidirectional: true, mergeMode: merge }
}

/** The layer lowered and differentiated under the mean squared error, with values for all that is given. */
function graphOf(entry: GoldenCase) {
  const layer = layers.find(({ keras }) => keras === entry.layer) as LayerDeclaration
  const [n, ...sample] = entry.shape
  const params = effectiveParams(layer.params, paramsOf(entry))
  const context = { inputs: [[-1, ...sample]], params }
  const builder = createGraphBuilder()
  const given: Values = new Map()
  const x = builder.value('parameter', 'x', [-1, ...sample])
  given.set(x, { shape: entry.shape, data: Float64Array.from(entry.x) })
  const weights: Record<string, ValueId> = {}
  for (const { name, shape } of layer.weights(context)) {
    weights[name] = builder.value('parameter', name, shape)
    given.set(weights[name], { shape: [...shape], data: Float64Array.from(entry.initial[name] as number[]) })
  }
  const lowered = {
    ...context,
    builder,
    values: [x],
    weights,
    training: true,
    stream: Stream.layers,
    penalize: () => {},
  }
  const output = layer.lower?.(lowered)[0] as ValueId
  const target = builder.value('parameter', 'target', builder.shapeOf(output))
  given.set(target, { shape: entry.outputShape, data: Float64Array.from(entry.target) })
  const loss = builder.emitOne('batch_mean', [builder.emitOne('mean_squared_error', [output, target])])
  const forward = verify(builder.finish('train', [], loss), 'lower')
  const { graph, gradients } = differentiate(forward, [x, ...Object.values(weights)])
  return { graph: verify(graph, 'differentiate'), gradients, given, n, x, weights, output }
}

const title = ({ layer, params, merge, shape }: GoldenCase): string =>
  `${layer} ${JSON.stringify(params)} on ${shape.join(' x ')}${merge === null ? '' : `, both directions, ${merge}`}`

describe(`recurrent layers agree with Keras ${golden.keras} on PyTorch ${golden.torch}`, () => {
  it.each(golden.cases.map((entry) => [title(entry), entry] as const))('%s', async (_, entry) => {
    const { graph, gradients, given, n, x, weights, output } = graphOf(entry)
    const check = (quantity: Quantity, what: string, actual: ArrayLike<number>, expected: number[] | undefined) => {
      const item = entry.merge === null ? entry.layer : `Bidirectional ${entry.layer}`
      agree({ kind: 'layer', item, library: 'Keras', quantity, actual, expected: expected ?? [], what })
    }
    for (let step = 0; step < golden.steps; step += 1) {
      const values = await interpretNatively(graph, given, n)
      const gradientOf = (id: ValueId): Float64Array =>
        values.get(gradients.get(id) as ValueId)?.data ?? new Float64Array()
      if (step === 0) {
        check('forward', 'output', values.get(output)?.data ?? [], entry.output)
        check('gradient', 'gradient of the input', gradientOf(x), entry.inputGradient)
        for (const [name, id] of Object.entries(weights))
          check('gradient', `gradient of ${name}`, gradientOf(id), entry.gradients[name])
      }
      for (const id of Object.values(weights)) {
        const tensor = given.get(id) as { shape: number[]; data: Float64Array }
        const gradient = gradientOf(id)
        const moved = tensor.data.map((value, index) => Math.fround(value - golden.rate * (gradient[index] as number)))
        given.set(id, { ...tensor, data: moved })
      }
    }
    for (const [name, id] of Object.entries(weights))
      check('steps', `${name} after ten steps`, given.get(id)?.data ?? [], entry.final[name])
  })

  it('in at least three settings of each layer, which torch.nn gave too, over steps that move the weights', () => {
    for (const layer of ['SimpleRNN', 'LSTM', 'GRU']) {
      const cases = golden.cases.filter((entry) => entry.layer === layer)
      expect(cases.length).toBeGreaterThanOrEqual(3)
      expect(cases.filter((entry) => entry.torch).length).toBeGreaterThanOrEqual(2)
    }
    for (const entry of golden.cases) {
      const [before, after] = [entry.initial.kernel as number[], entry.final.kernel as number[]]
      const moved = Math.max(...before.map((value, index) => Math.abs(value - (after[index] as number))))
      expect(moved, title(entry)).toBeGreaterThan(20 * TOLERANCE.steps)
    }
  })
})
