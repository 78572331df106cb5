import type { NativeAddon, NativeSession } from '../../../engine/native/program.ts'
import { ProgramBuilder } from './program_builder.ts'

const RELU = 1

export interface MlpWorkload {
  id: 'W1' | 'W2'
  /** Features, hidden units, classes. */
  layers: readonly number[]
  dropout: number
  batch: number
  rows: number
}

export const W1: MlpWorkload = { id: 'W1', layers: [4, 16, 16, 3], dropout: 0, batch: 16, rows: 160 }
export const W2: MlpWorkload = { id: 'W2', layers: [784, 256, 128, 10], dropout: 0.2, batch: 128, rows: 8192 }

/** The training step of an MLP with relu, softmax with cross-entropy on class numbers, and Adam, as the compiler would emit it. */
export function mlpStep(workload: MlpWorkload): ProgramBuilder {
  const { layers, dropout, batch } = workload
  const builder = new ProgramBuilder(batch)
  const last = layers.length - 1
  const x = builder.feed(0, -1, layers[0] as number)
  const target = builder.feed(1, -1, 1)

  const parameters: number[] = []
  const gradients: number[] = []
  /** Input, output before dropout and mask of each layer. */
  const taped: { input: number; output: number; mask: number; w: number; b: number }[] = []
  let flow = x
  for (let i = 0; i < last; i += 1) {
    const inputs = layers[i] as number
    const units = layers[i + 1] as number
    const w = builder.persistent(inputs, units)
    const b = builder.persistent(units)
    const output = builder.temporary(-1, units)
    parameters.push(w, b)
    builder.emit('dense', [flow, w, b], [output], [i < last - 1 ? RELU : 0, 0])
    const tape = { input: flow, output, mask: -1, w, b }
    flow = output
    if (dropout > 0 && i < last - 1) {
      tape.mask = builder.temporary(-1, units)
      flow = builder.temporary(-1, units)
      builder.emit('dropout', [output], [flow, tape.mask], [dropout, 1000 + i])
    }
    taped.push(tape)
  }

  const losses = builder.temporary(-1)
  const loss = builder.temporary()
  builder.emit('sparse_softmax_cross_entropy', [flow, target], [losses])
  builder.emit('batch_mean', [losses], [loss])
  builder.emit('accumulate', [losses], [], [0, 0])
  const one = builder.temporary()
  const perSample = builder.temporary(-1)
  builder.emit('fill', [], [one], [1])
  builder.emit('batch_mean_gradient', [one], [perSample])
  let gradient = builder.temporary(-1, layers[last] as number)
  builder.emit('sparse_softmax_cross_entropy_gradient', [perSample, flow, target], [gradient])

  for (let i = last - 1; i >= 0; i -= 1) {
    const { input, w, b } = taped[i] as (typeof taped)[number]
    const dw = builder.temporary(...builder.shapeOf(w))
    const db = builder.temporary(...builder.shapeOf(b))
    gradients.unshift(dw, db)
    builder.emit('dense_parameter_gradient', [input, gradient], [dw, db])
    if (i === 0) break
    const before = taped[i - 1] as (typeof taped)[number]
    const dx = builder.temporary(-1, layers[i] as number)
    if (before.mask < 0) {
      builder.emit('dense_input_gradient', [gradient, w, before.output], [dx], [RELU, 0])
      gradient = dx
    } else {
      const masked = builder.temporary(-1, layers[i] as number)
      builder.emit('dense_input_gradient', [gradient, w, before.output], [dx], [RELU, 0])
      builder.emit('multiply', [dx, before.mask], [masked])
      gradient = masked
    }
  }

  const slots = [0, 1].map(() => parameters.map((parameter) => builder.persistent(...builder.shapeOf(parameter))))
  const updated = [...parameters, ...slots.flat()]
  builder.emit('adam_update', [...parameters, ...gradients, ...slots.flat()], updated, [
    parameters.length,
    0.9,
    0.999,
    1e-7,
  ])
  return builder
}

/** A small generator for data and weights of benchmarks. */
export function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

/** A session with data bound and weights drawn, ready to run `steps` of the workload. */
export function mlpSession(
  addon: NativeAddon,
  workload: MlpWorkload,
  threads: number,
): { session: NativeSession; rows: Int32Array } {
  const builder = mlpStep(workload)
  const session = addon.createSession({
    programs: { train: builder.build(1) },
    persistentFloats: builder.persistentFloats,
    threads,
    seed: 1,
  })
  const random = pseudoRandom(7)
  let offset = 0
  for (let i = 0; i + 1 < workload.layers.length; i += 1) {
    const inputs = workload.layers[i] as number
    const units = workload.layers[i + 1] as number
    const limit = Math.sqrt(6 / (inputs + units))
    session.writePersistent(
      offset,
      Float32Array.from({ length: inputs * units }, () => (2 * random() - 1) * limit),
    )
    offset += Math.ceil((inputs * units) / 16) * 16 + Math.ceil(units / 16) * 16
  }
  const features = workload.layers[0] as number
  const classes = workload.layers[workload.layers.length - 1] as number
  const data = Float32Array.from({ length: workload.rows * features }, random)
  const labels = Float32Array.from({ length: workload.rows }, () => Math.floor(random() * classes))
  session.bind([
    { data, rowSize: features },
    { data: labels, rowSize: 1 },
  ])
  return { session, rows: Int32Array.from({ length: workload.rows }, (_, i) => (i * 37) % workload.rows) }
}
