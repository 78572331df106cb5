import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stream } from '../../engine/base/rng.ts'
import { elementCount, type Shape } from '../../engine/base/shape.ts'
import type { GraphBuilder } from '../../engine/compile/builder.ts'
import { differentiate } from '../../engine/compile/differentiate.ts'
import { createGraphBuilder } from '../../engine/compile/graph-builder.ts'
import type { ValueId } from '../../engine/compile/ir.ts'
import { verify } from '../../engine/compile/verify.ts'
import { effectiveParams } from '../../engine/layers/param-check.ts'
import { findLayer } from '../../engine/layers/registry.ts'
import { interpretNatively } from './native-interpreter.ts'
import { agree } from './parity.ts'
import type { Values } from './reference-interpreter.ts'

interface Tensor {
  shape: number[]
  data: number[]
}

/** What one library says of a case. */
interface Trace {
  output: Tensor
  inputGradients: (number[] | null)[]
  gradients: Record<string, number[]>
  final: Record<string, number[]>
}

/** One layer with one setting, written by a script on test/golden/layer_cases.py. */
export interface LayerCase {
  name: string
  /** Row of docs/parity.md: Keras' class. */
  item: string
  type: string
  params: Record<string, number | string | boolean | number[]>
  rate: number
  inputs: (Tensor & { differentiable: boolean })[]
  /** The mask of each input, where some have one. */
  masks?: (Tensor | null)[]
  /** What the layer would draw while training, in its order. */
  draws?: Tensor[]
  target: number[]
  initial: Record<string, Tensor>
  keras?: Trace
  torch?: Trace
}

interface LayerGolden {
  file: string
  keras: string
  torch: string
  steps: number
  cases: LayerCase[]
}

const folder = join(import.meta.dirname, '../golden/layers')

export const layerGoldens: LayerGolden[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => ({ file, ...JSON.parse(readFileSync(join(folder, file), 'utf8')) }))

/** The case's layer lowered and differentiated under the mean squared error, with the values that are given. */
function graphOf(entry: LayerCase) {
  const layer = findLayer(entry.type)
  if (!layer?.lower) throw new Error(`no layer ${entry.type}`)
  const batched = ({ shape }: Tensor): Shape => [-1, ...shape.slice(1)]
  const context = { inputs: entry.inputs.map(batched), params: effectiveParams(layer.params, entry.params) }
  const builder = createGraphBuilder()
  const given: Values = new Map()
  const place = (name: string, shape: Shape, tensor: Tensor): ValueId => {
    const value = builder.value('parameter', name, shape)
    given.set(value, { shape: tensor.shape, data: Float64Array.from(tensor.data) })
    return value
  }
  const values = entry.inputs.map((tensor, index) => place(`input ${index}`, batched(tensor), tensor))
  const weights: Record<string, ValueId> = {}
  const states: Record<string, ValueId> = {}
  for (const { name, shape, trainable, initializer } of layer.weights(context)) {
    if (!trainable) {
      // Moving statistics, which a step of training does not read.
      const state = builder.value('state', name, shape)
      const data = new Float64Array(elementCount(shape)).fill(initializer.name === 'ones' ? 1 : 0)
      given.set(state, { shape: [...shape], data })
      states[name] = state
      continue
    }
    const initial = entry.initial[name]
    if (!initial) throw new Error(`${entry.name}: nothing is given for the weight ${name}`)
    weights[name] = place(name, shape, initial)
  }
  const masks = entry.masks?.map((mask, index) => mask && place(`mask ${index}`, batched(mask), mask))
  const draws = (entry.draws ?? []).map((tensor, index) => place(`draw ${index}`, batched(tensor), tensor))
  const drawing: GraphBuilder = {
    ...builder,
    emit: (op, ...rest) => (op === 'dropout' && draws.length > 0 ? [draws.shift()!] : builder.emit(op, ...rest)),
  }
  const training = { training: true, stream: Stream.layers, penalize: () => {} }
  const output = layer.lower({
    ...context,
    builder: drawing,
    values,
    masks,
    weights: { ...states, ...weights },
    ...training,
  })[0] as ValueId
  if (draws.length > 0) throw new Error(`${entry.name}: ${draws.length} draws are left`)
  const { output: shown } = (entry.keras ?? entry.torch) as Trace
  const target = place('target', builder.shapeOf(output), { shape: shown.shape, data: entry.target })
  const loss = builder.emitOne('batch_mean', [builder.emitOne('mean_squared_error', [output, target])])
  const forward = verify(builder.finish('train', [], loss), 'lower')
  const wanted = values.filter((_, index) => entry.inputs[index]?.differentiable)
  const { graph, gradients } = differentiate(forward, [...wanted, ...Object.values(weights)])
  return { graph: verify(graph, 'differentiate'), gradients, given, values, weights, output }
}

const largestOf = (numbers: Iterable<number>): number => {
  let largest = 0
  for (const number of numbers) largest = Math.max(largest, Math.abs(number))
  return largest
}

/**
 * What a gradient is compared with. One that is zero but for rounding (of a bias of keys, which shifts all scores of a query alike) cancels out of terms like those of the
 * layer's largest gradient, and is held to a hundredth of that.
 */
function gradientScale(trace: Trace, expected: readonly number[]): number | undefined {
  const largest = Math.max(...Object.values(trace.gradients).map(largestOf))
  return largestOf(expected) < 1e-6 * largest ? largest / 100 : undefined
}

/** Output, every gradient and the weights after ten steps against each library that has the layer. */
export async function checkLayerCase(entry: LayerCase, steps: number): Promise<void> {
  const { graph, gradients, given, values: inputs, weights, output } = graphOf(entry)
  const n = entry.inputs[0]?.shape[0] ?? 1
  const libraries = [
    ['Keras', entry.keras],
    ['PyTorch', entry.torch],
  ] as const
  const against = (
    quantity: 'forward' | 'gradient' | 'steps',
    what: string,
    actual: ArrayLike<number>,
    expected: (trace: Trace) => readonly number[] | null | undefined,
  ) => {
    for (const [library, trace] of libraries) {
      const wanted = trace && expected(trace)
      if (!wanted) continue
      const scale = quantity === 'gradient' ? gradientScale(trace, wanted) : undefined
      agree({ kind: 'layer', item: entry.item, library, quantity, actual, expected: wanted, what, scale })
    }
  }
  const rounds = Object.keys(weights).length > 0 ? steps : 1
  for (let step = 0; step < rounds; step += 1) {
    const values = await interpretNatively(graph, given, n)
    const gradientOf = (id: ValueId): ArrayLike<number> => {
      const gradient = gradients.get(id) ?? null
      return gradient === null ? new Float64Array(given.get(id)?.data.length ?? 0) : (values.get(gradient)?.data ?? [])
    }
    if (step === 0) {
      against('forward', 'output', values.get(output)?.data ?? [], (trace) => trace.output.data)
      for (const [index, id] of inputs.entries())
        if (entry.inputs[index]?.differentiable)
          against('gradient', `gradient of input ${index}`, gradientOf(id), (trace) => trace.inputGradients[index])
      for (const [name, id] of Object.entries(weights))
        against('gradient', `gradient of ${name}`, gradientOf(id), (trace) => trace.gradients[name])
    }
    for (const id of Object.values(weights)) {
      const tensor = given.get(id) as { shape: number[]; data: Float64Array }
      const gradient = gradientOf(id)
      const moved = tensor.data.map((value, index) => Math.fround(value - entry.rate * (gradient[index] as number)))
      given.set(id, { ...tensor, data: moved })
    }
  }
  for (const [name, id] of Object.entries(weights))
    against('steps', `${name} after ${steps} steps`, given.get(id)?.data ?? [], (trace) => trace.final[name])
}
