import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { elementCount } from '../../../engine/base/shape.ts'
import { differentiate } from '../../../engine/compile/differentiate.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { ValueId } from '../../../engine/compile/ir.ts'
import { partsOf } from '../../../engine/compile/lower.ts'
import type { LossDeclaration, OptimizerDeclaration } from '../../../engine/compile/types.ts'
import { verify } from '../../../engine/compile/verify.ts'
import { effectiveParams } from '../../../engine/layers/param-check.ts'
import type { ParamSpec, ParamSpecs } from '../../../engine/layers/params.ts'
import { losses } from '../../../engine/training/losses/registry.ts'
import { metrics } from '../../../engine/training/metrics/registry.ts'
import { optimizers } from '../../../engine/training/optimizers/registry.ts'
import { parsePlan } from '../../../engine/training/plan-parse.ts'
import { scheduledLearningRate, schedules } from '../../../engine/training/schedules/registry.ts'
import { compileOf, documentOf, signatureOf } from '../../support/model.ts'
import { interpret, type Values } from '../../support/reference-interpreter.ts'
import { drawData, sessionOf } from '../../support/run-model.ts'

const SEED = 31
type Setting = Readonly<Record<string, number | boolean | string>>

/** Least, default and greatest value of a parameter; of a choice or a switch all. Open ends are taken just inside. */
function extremesOf(spec: ParamSpec): (number | boolean | string)[] {
  if (spec.kind === 'boolean') return [false, true]
  if (spec.kind === 'choice') return spec.options.map(({ value }) => value)
  if (spec.kind === 'integer') return [spec.min, spec.default, spec.max]
  if (spec.kind !== 'number') return []
  const inside = Math.max(Math.abs(spec.max), 1) * 1e-9
  return [spec.min + (spec.exclusiveMin ? inside : 0), spec.default, spec.max - (spec.exclusiveMax ? inside : 0)]
}

/** The defaults, then every parameter at each of its extremes with the others at their defaults. */
function settingsOf(specs: ParamSpecs): Setting[] {
  const single = Object.entries(specs).flatMap(([name, spec]) =>
    extremesOf(spec)
      .filter((value) => value !== spec.default)
      .map((value): Setting => ({ [name]: value })),
  )
  return [{}, ...single]
}

const named = <T extends { type: string; params?: ParamSpecs }>(items: readonly T[]) =>
  items.flatMap((item) =>
    settingsOf(item.params ?? {}).map((params) => [`${item.type} ${JSON.stringify(params)}`, item, params] as const),
  )

/** Predictions and targets that suit a loss, `rows` of them, and the best prediction for the targets where the loss is then 0. */
function drawFor(loss: LossDeclaration, rows: number, width: number) {
  const random = new Random(SEED, 900, rows * 16 + width)
  const uniform = (least: number, most: number) => least + (most - least) * random.uniform()
  const fill = (count: number, draw: () => number) => Float64Array.from({ length: count }, draw)
  const positive = ['mean_squared_logarithmic_error', 'poisson', 'mean_absolute_percentage_error'].includes(loss.type)
  const probabilities = loss.activations?.includes('softmax') || loss.type.includes('crossentropy')
  let prediction = fill(rows * width, () => (positive ? uniform(0.2, 2) : uniform(-1.5, 1.5)))
  if (loss.type.startsWith('binary')) prediction = fill(rows * width, () => uniform(0.1, 0.9))
  else if (probabilities) {
    prediction = fill(rows * width, () => uniform(0.2, 1))
    for (let row = 0; row < rows; row += 1) {
      const total = prediction.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0)
      for (let i = 0; i < width; i += 1) prediction[row * width + i]! /= total
    }
  }
  if (loss.target === 'index') {
    const target = fill(rows, () => random.integer(width))
    return { prediction, target, targetWidth: 1, best: Float64Array.from(prediction, (_, i) => (i % width === target[Math.floor(i / width)] ? 1 : 0)) } // biome-ignore format: one value
  }
  if (loss.target === 'one-hot') {
    const labels = fill(rows, () => random.integer(width))
    const target = Float64Array.from(prediction, (_, i) => (i % width === labels[Math.floor(i / width)] ? 1 : 0))
    return { prediction, target, targetWidth: width, best: target }
  }
  const binary = loss.type.startsWith('binary') || loss.type.endsWith('hinge') || loss.type === 'perceptron'
  const target = fill(rows * width, () => (binary ? random.integer(2) : positive ? uniform(0.3, 2) : uniform(-1, 1)))
  const best = loss.type.endsWith('hinge') ? target.map((value) => (value > 0.5 ? 1.5 : -1.5)) : target
  return { prediction, target, targetWidth: width, best }
}

/** The mean loss as a graph of its own. */
function lossGraph(loss: LossDeclaration, params: Setting, drawn: ReturnType<typeof drawFor>, rows: number) {
  const width = drawn.prediction.length / rows
  const builder = createGraphBuilder()
  const prediction = builder.value('feed', 'prediction', [-1, width], { slot: 0 })
  const target = builder.value('feed', 'target', [-1, drawn.targetWidth], { slot: 1 })
  const effective = effectiveParams(loss.params ?? {}, params)
  const mean = builder.emitOne('batch_mean', [loss.lower(builder, prediction, target, effective)])
  const graph = verify(builder.finish('loss', [], mean), 'lower')
  const given = (values: Float64Array): Values =>
    new Map([
      [prediction, { shape: [rows, width], data: Float64Array.from(values) }],
      [target, { shape: [rows, drawn.targetWidth], data: drawn.target }],
    ])
  return { graph, prediction, mean, given }
}

/** Losses whose least value for a target is not 0, and what it is instead. */
const leastOf: Readonly<Record<string, (target: Float64Array, rows: number) => number>> = {
  cosine_similarity: () => -1,
  poisson: (target) => target.reduce((sum, t) => sum + t - t * Math.log(t), 0) / target.length,
}
/** Its value is not what is made small: the rule of Rosenblatt is only its gradient. */
const ruleOnly = new Set(['perceptron'])
const STEP = 1e-5

describe('every loss at each end of its parameters', () => {
  for (const [name, loss, params] of named(losses))
    it.each([
      [5, 3],
      [1, 2],
      [4, 7],
    ])(`${name}: %i rows of %i agree with finite differences to 1e-6`, (rows, width) => {
      const drawn = drawFor(loss, rows, width)
      const { graph, prediction, mean, given } = lossGraph(loss, params, drawn, rows)
      const result = differentiate(graph, [prediction])
      const gradient = result.gradients.get(prediction) as ValueId
      const values = interpret(verify(result.graph, 'differentiate'), given(drawn.prediction), { n: rows })
      const analytic = values.get(gradient)!.data
      const lossAt = (at: Float64Array) => interpret(graph, given(at), { n: rows }).get(mean)!.data[0] as number
      expect(Number.isFinite(lossAt(drawn.prediction))).toBe(true)
      if (ruleOnly.has(loss.type)) return
      const numeric = drawn.prediction.map((value, i) => {
        const moved = (by: number) => {
          const at = Float64Array.from(drawn.prediction)
          at[i] = value + by
          return lossAt(at)
        }
        return (moved(STEP) - moved(-STEP)) / (2 * STEP)
      })
      const scale = Math.max(...numeric.map(Math.abs), 1e-3)
      for (const [i, value] of numeric.entries())
        expect(Math.abs(value - analytic[i]!) / scale, `element ${i}`).toBeLessThan(1e-6)
    })

  it.each(losses.filter((loss) => !ruleOnly.has(loss.type)).map((loss) => [loss.type, loss] as const))(
    '%s is least where the prediction is perfect',
    (_, loss) => {
      const drawn = drawFor(loss, 6, 4)
      const { graph, mean, given } = lossGraph(loss, {}, drawn, 6)
      const at = (values: Float64Array) => interpret(graph, given(values), { n: 6 }).get(mean)!.data[0] as number
      const least = leastOf[loss.type]?.(drawn.target, 6) ?? 0
      expect(Math.abs(at(drawn.best) - least)).toBeLessThan(1e-6)
      expect(at(drawn.prediction)).toBeGreaterThan(least + 1e-3)
    },
  )
})

/** A smooth problem: a small network and the mean squared error. */
function smooth(optimizer: OptimizerDeclaration, params: Setting) {
  const document = documentOf({
    in: { type: 'input' },
    hidden: { type: 'dense', params: { units: 5, activation: 'tanh' } },
    last: { type: 'dense', params: { units: 1 } },
    out: { type: 'output' },
  })
  const dataset = signatureOf(3)
  const request = { document, dataset, loss: 'mean_squared_error', batchSize: 16 }
  return compileOf({ ...request, optimizer: optimizer.type, optimizerParams: params })
}

async function stepsOf(optimizer: OptimizerDeclaration, params: Setting, rate: number, steps: number) {
  const model = smooth(optimizer, params)
  const session = sessionOf(model, drawData(model, 16, SEED), SEED)
  const rows = Int32Array.from({ length: 16 }, (_, row) => row)
  const run = async (program: 'train' | 'evaluate', iteration: number) => {
    const learningRates = Float64Array.of(rate)
    return (await session.run({ program, rows, batchSize: 16, learningRates, iteration })).accumulators[0]! / 16
  }
  try {
    const before = await run('evaluate', 0)
    for (let step = 0; step < steps; step += 1) await run('train', step)
    return { before, after: await run('evaluate', 0), memory: session.readPersistent(0, model.persistentFloats) }
  } finally {
    session.dispose()
  }
}

describe('every optimiser', () => {
  it.each(optimizers.map((item) => [item.type, item] as const))(
    '%s: one step lowers a smooth loss',
    async (_, item) => {
      const { before, after } = await stepsOf(item, {}, 1e-3, 1)
      expect(after).toBeLessThan(before)
    },
  )

  it.each(named(optimizers))('%s: verified programs, and finite numbers after three steps', async (_, item, params) => {
    const { after, memory } = await stepsOf(item, params, 1e-4, 3)
    expect(Number.isFinite(after)).toBe(true)
    expect(memory.every(Number.isFinite)).toBe(true)
  })
})

describe('every schedule', () => {
  it.each(named(schedules))('%s: rates that are finite and not negative over all epochs', (_, item, params) => {
    for (const epochs of [1, 10, 1000])
      for (let epoch = 0; epoch < epochs; epoch += Math.max(1, epochs / 40)) {
        const rate = scheduledLearningRate({ type: item.type, params }, Math.floor(epoch), 0.1, { epochs })
        expect(Number.isFinite(rate) && rate >= 0, `epoch ${epoch} of ${epochs}: ${rate}`).toBe(true)
      }
  })
})

describe('a plan', () => {
  it.each([
    ...named(optimizers).map(([name, { type }, params]) => [name, { optimizer: { type, params } }] as const),
    ...named(schedules).map(([name, { type }, params]) => [name, { schedule: { type, params } }] as const),
  ])('with %s survives JSON', (_, part) => {
    const plan = parsePlan(part)
    expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
  })
})

type Matrix = number[][]
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const argmax = (row: readonly number[]) => row.indexOf(Math.max(...row))
const errors = (of: (t: number, p: number) => number) => (p: Matrix, t: Matrix) =>
  mean(p.map((row, n) => mean(row.map((value, i) => of(t[n]![i]!, value)))))
const ratioOf = (a: number, b: number) => (b === 0 ? 0 : a / b)
/** Hits, predictions and labels of each class, from numbers in 0..classes-1. */
function tally(predicted: readonly number[], actual: readonly number[], classes: number) {
  return Array.from({ length: classes }, (_, k) => ({
    hits: predicted.filter((p, n) => p === k && actual[n] === k).length,
    predicted: predicted.filter((p) => p === k).length,
    actual: actual.filter((t) => t === k).length,
  }))
}
type Tally = ReturnType<typeof tally>[number]
const scored = {
  precision: (c: Tally) => ratioOf(c.hits, c.predicted),
  recall: (c: Tally) => ratioOf(c.hits, c.actual),
  f1: (c: Tally) => ratioOf(2 * c.hits, c.predicted + c.actual),
}
const binary = (score: keyof typeof scored) => (p: Matrix, t: Matrix) =>
  scored[score](tally(p.map(([v]) => (v! > 0.5 ? 1 : 0)), t.map(([v]) => v!), 2)[1]!) // biome-ignore format: one line
const averaged = (score: keyof typeof scored, average: string) => (p: Matrix, t: Matrix) => {
  const classes = tally(p.map(argmax), t.map(argmax), p[0]!.length)
  const sum = (key: keyof Tally) => classes.reduce((total, c) => total + c[key], 0)
  if (average === 'micro')
    return scored[score]({ hits: sum('hits'), predicted: sum('predicted'), actual: sum('actual') })
  return classes.reduce((total, c) => total + (average === 'macro' ? 1 / classes.length : c.actual / sum('actual')) * scored[score](c), 0) // biome-ignore format: one line
}
/** True and false positive counts at Keras' 200 thresholds. */
function atThresholds(p: Matrix, t: Matrix) {
  const thresholds = [-1e-7, ...Array.from({ length: 198 }, (_, i) => (i + 1) / 199), 1 + 1e-7]
  const count = (label: number, threshold: number) => p.filter(([v], n) => v! > threshold && t[n]![0] === label).length
  return { tp: thresholds.map((each) => count(1, each)), fp: thresholds.map((each) => count(0, each)) }
}
const clip = (value: number) => Math.min(1 - 1e-7, Math.max(1e-7, value))
const norm = (row: readonly number[]) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))

/** Every metric by its definition, from predictions and targets as matrices; classes one-hot, two classes as 0 and 1. */
const naive: Readonly<Record<string, (p: Matrix, t: Matrix) => number>> = {
  accuracy: (p, t) => mean(p.map((row, n) => Number(row.length === 1 ? Number(row[0]! > 0.5) === t[n]![0] : argmax(row) === argmax(t[n]!)))), // biome-ignore format: one line
  mean_absolute_error: errors((t, p) => Math.abs(t - p)),
  mean_squared_error: errors((t, p) => (t - p) ** 2),
  root_mean_squared_error: (p, t) => Math.sqrt(errors((a, b) => (a - b) ** 2)(p, t)),
  mean_absolute_percentage_error: errors((t, p) => (100 * Math.abs(t - p)) / Math.max(Math.abs(t), 1e-7)),
  mean_squared_logarithmic_error: errors((t, p) => (Math.log(1 + Math.max(p, 1e-7)) - Math.log(1 + Math.max(t, 1e-7))) ** 2), // biome-ignore format: one line
  r2_score: (p, t) => {
    const centre = mean(t.map(([v]) => v!))
    return 1 - mean(p.map(([v], n) => (v! - t[n]![0]!) ** 2)) / mean(t.map(([v]) => (v! - centre) ** 2))
  },
  hinge: errors((t, p) => Math.max(1 - (t > 0.5 ? 1 : -1) * p, 0)),
  squared_hinge: errors((t, p) => Math.max(1 - (t > 0.5 ? 1 : -1) * p, 0) ** 2),
  categorical_hinge: (p, t) => mean(p.map((row, n) => Math.max(Math.max(...row.map((v, i) => (1 - t[n]![i]!) * v)) - row.reduce((s, v, i) => s + v * t[n]![i]!, 0) + 1, 0))), // biome-ignore format: one line
  kl_divergence: (p, t) => mean(p.map((row, n) => row.reduce((sum, v, i) => sum + Math.max(t[n]![i]!, 1e-7) * Math.log(Math.max(t[n]![i]!, 1e-7) / Math.max(v, 1e-7)), 0))), // biome-ignore format: one line
  cosine_similarity: (p, t) => mean(p.map((row, n) => row.reduce((sum, v, i) => sum + v * t[n]![i]!, 0) / norm(row) / norm(t[n]!))), // biome-ignore format: one line
  log_loss: (p, t) => mean(p.map((row, n) => (row.length === 1 ? -Math.log(clip(t[n]![0] === 1 ? row[0]! : 1 - row[0]!)) : -Math.log(clip(row[argmax(t[n]!)]!))))), // biome-ignore format: one line
  top_k_categorical_accuracy: (p, t) => mean(p.map((row, n) => Number(row.filter((v) => v > row[argmax(t[n]!)]!).length < 5))), // biome-ignore format: one line
  precision: binary('precision'),
  recall: binary('recall'),
  f1: binary('f1'),
  auroc: (p, t) => {
    const { tp, fp } = atThresholds(p, t)
    const x = fp.map((count) => count / fp[0]!)
    const y = tp.map((count) => count / tp[0]!)
    return x.slice(1).reduce((area, _, i) => area + (x[i]! - x[i + 1]!) * ((y[i]! + y[i + 1]!) / 2), 0)
  },
  pr_auc: (p, t) => {
    const { tp, fp } = atThresholds(p, t)
    let area = 0
    for (let i = 0; i + 1 < tp.length; i += 1) {
      const [all, fewer] = [tp[i]! + fp[i]!, tp[i + 1]! + fp[i + 1]!]
      const slope = ratioOf(tp[i]! - tp[i + 1]!, all - fewer)
      const intercept = tp[i + 1]! - slope * fewer
      area += (slope * (tp[i]! - tp[i + 1]! + intercept * (all > 0 && fewer > 0 ? Math.log(all / fewer) : 0))) / tp[0]!
    }
    return area
  },
}
for (const average of ['macro', 'micro', 'weighted'])
  for (const score of ['precision', 'recall', 'f1'] as const)
    Object.assign(naive, { [`${average}_${score}`]: averaged(score, average) })

describe('every metric', () => {
  it('has a definition to be compared with', () => {
    expect(metrics.map(({ type }) => type).filter((type) => !naive[type])).toEqual([])
  })

  /** Problems of all kinds: numbers, two classes, several classes by number and one-hot. */
  const problems = [
    { name: 'numbers', classes: undefined, units: 1, activation: 'softplus', loss: 'mean_squared_error' },
    { name: 'two classes', classes: 2, units: 1, activation: 'sigmoid', loss: 'binary_crossentropy' },
    { name: 'seven classes', classes: 7, units: 7, activation: 'softmax', loss: 'sparse_categorical_crossentropy' },
    { name: 'seven classes one-hot', classes: 7, units: 7, activation: 'softmax', loss: 'categorical_crossentropy' },
  ]
  const cases = problems.flatMap((problem) => {
    const target = signatureOf(3, problem.classes).targets[0]
    return metrics
      .filter((metric) => metric.fits?.([-1, problem.units], target) ?? true)
      .map((metric) => [`${metric.type} of ${problem.name}`, metric, problem] as const)
  })

  it('is tried on some problem', () => {
    for (const { type } of metrics)
      expect(
        cases.some(([, metric]) => metric.type === type),
        type,
      ).toBe(true)
  })

  it.each(cases)(
    '%s over batches agrees with its definition',
    async (_, metric, { classes, units, activation, loss }) => {
      const document = documentOf({
        in: { type: 'input' },
        last: { type: 'dense', params: { units, activation, kernelInitializer: 'random_normal' } },
        out: { type: 'output' },
      })
      const dataset = signatureOf(3, classes)
      const model = compileOf({
        document,
        dataset,
        loss,
        metrics: [metric.type],
        batchSize: 16,
        evaluationBatchSize: 16,
      })
      const rows = 53
      const data = drawData(model, rows, SEED, classes ?? 2).map((values, slot) =>
        model.slots[slot]?.kind !== 'target'
          ? values
          : values.map((value) =>
              classes === undefined ? 1.5 + value : value > 0 && classes === 2 ? 1 : Math.max(value, 0),
            ),
      )
      const session = sessionOf(model, data, SEED)
      try {
        // Weights large enough that scores differ.
        const weights = new Random(SEED, 901)
        const kernel = model.weights[0]!
        const large = Float32Array.from({ length: elementCount(kernel.shape) }, () => 2 * weights.normal())
        session.writePersistent(kernel.offset, large)
        const outputs = [new Float32Array(rows * units)]
        const order = Int32Array.from({ length: rows }, (_row, row) => row)
        const request = {
          program: 'evaluate',
          rows: order,
          batchSize: 16,
          learningRates: Float64Array.of(0),
          iteration: 0,
        }
        const { accumulators } = await session.run({ ...request, outputs })
        const parts = partsOf(metric, [-1, units])
        const means = Array.from({ length: parts }, (_part, part) => accumulators[1 + part]! / rows)
        const measured = metric.finish ? metric.finish(means) : means[0]!
        const matrix = (values: Float32Array, width: number): Matrix =>
          Array.from({ length: rows }, (_row, row) => [...values.subarray(row * width, (row + 1) * width)])
        const fed = matrix(data[1]!, data[1]!.length / rows)
        const hot = (row: number[]) => Array.from({ length: units }, (_unit, k) => Number(k === row[0]))
        const target = units > 1 && fed[0]!.length === 1 ? fed.map(hot) : fed
        const expected = naive[metric.type]!(matrix(outputs[0]!, units), target)
        expect(Math.abs(measured - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)))
      } finally {
        session.dispose()
      }
    },
  )
})
