import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { elementCount } from '../../../engine/base/shape.ts'
import { differentiate } from '../../../engine/compile/differentiate.ts'
import { fuseKernels, fuseLosses } from '../../../engine/compile/fuse.ts'
import type { IrGraph, ValueId } from '../../../engine/compile/ir.ts'
import { layoutModel } from '../../../engine/compile/layout.ts'
import { lowerForward, lowerObjectives } from '../../../engine/compile/lower.ts'
import { schedule } from '../../../engine/compile/schedule.ts'
import { simplify } from '../../../engine/compile/simplify.ts'
import type { CompiledModel } from '../../../engine/compile/types.ts'
import { verify } from '../../../engine/compile/verify.ts'
import { compileOf, documentOf, type Part, type RequestOptions, requestOf, signatureOf } from '../../support/model.ts'
import { rowNumbers } from '../../support/native-program.ts'
import { normalizedError } from '../../support/reference-case.ts'
import { drawData, ReferenceSession, sessionOf } from '../../support/run-model.ts'

type Parts = Record<string, Part>

const mlp: Parts = {
  features: { type: 'input' },
  hidden: { type: 'dense', params: { units: 9, activation: 'relu' } },
  scores: { type: 'dense', params: { units: 3, activation: 'softmax' } },
  result: { type: 'output' },
}

const sparse = { dataset: signatureOf(5, 3), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] }

const cases: Record<string, RequestOptions> = {
  'an MLP with softmax': { document: documentOf(mlp), ...sparse },
  'an MLP with one-hot targets and Nesterov': {
    document: documentOf(mlp),
    ...sparse,
    loss: 'categorical_crossentropy',
    optimizerParams: { momentum: 0.9, nesterov: true },
  },
  'XOR with sigmoids': {
    document: documentOf({
      bits: { type: 'input' },
      hidden: { type: 'dense', params: { units: 4, activation: 'tanh' } },
      bit: { type: 'dense', params: { units: 1, activation: 'sigmoid' } },
      result: { type: 'output' },
    }),
    dataset: signatureOf(2, 2),
    loss: 'binary_crossentropy',
    metrics: ['accuracy'],
    optimizer: 'adam',
  },
  'batch normalisation, dropout, penalties': {
    document: documentOf({
      features: { type: 'input' },
      // No bias: in front of a normalisation its gradient is 0 but for rounding, which RMSprop would magnify.
      wide: { type: 'dense', params: { units: 12, useBias: false, kernelL2: 0.01, kernelL1: 0.02 } },
      norm: { type: 'batch_normalization' },
      act: { type: 'activation', params: { activation: 'gelu' } },
      drop: { type: 'dropout', params: { rate: 0.3 } },
      value: { type: 'dense', params: { units: 1 } },
      result: { type: 'output' },
    }),
    dataset: signatureOf(5),
    loss: 'mean_squared_error',
    metrics: ['mean_absolute_error'],
    optimizer: 'rmsprop',
  },
  'a residual connection and a concatenation': {
    document: documentOf({
      features: { type: 'input', params: { shape: [5] } },
      a: { type: 'dense', params: { units: 6, activation: 'elu' } },
      b: { type: 'dense', params: { units: 6, activation: 'silu' }, from: ['a'] },
      sum: { type: 'add', from: ['a', 'b'] },
      both: { type: 'concatenate', from: ['sum', 'features', 'a'] },
      slope: { type: 'prelu' },
      value: { type: 'dense', params: { units: 1 } },
      result: { type: 'output' },
    }),
    dataset: signatureOf(5),
    loss: 'mean_absolute_error',
    optimizer: 'adam',
  },
  'two weighted outputs over a shared trunk': {
    document: documentOf({
      features: { type: 'input' },
      trunk: { type: 'dense', params: { units: 7, activation: 'sigmoid' } },
      left: { type: 'dense', params: { units: 1 }, from: ['trunk'] },
      right: { type: 'dense', params: { units: 1, activation: 'tanh' }, from: ['trunk'] },
      one: { type: 'output', params: { weight: 0.25 }, from: ['left'] },
      two: { type: 'output', params: { weight: 2 }, from: ['right'] },
    }),
    dataset: signatureOf(4),
    loss: 'mean_squared_error',
    metrics: ['mean_absolute_error'],
  },
  'an image that is flattened, a frozen layer in between': {
    document: documentOf({
      pixels: { type: 'input', params: { shape: [3, 2, 2] } },
      flat: { type: 'flatten' },
      first: { type: 'dense', params: { units: 5, activation: 'leaky_relu' } },
      middle: { type: 'dense', params: { units: 5, activation: 'selu' }, frozen: true },
      norm: { type: 'batch_normalization', frozen: true },
      value: { type: 'dense', params: { units: 1 } },
      result: { type: 'output' },
    }),
    dataset: signatureOf(12),
    loss: 'mean_squared_error',
  },
}

describe.each(Object.entries(cases))('%s', (_, options) => {
  const rows = 20
  const seed = 3
  const learningRate = 0.02

  it('trains natively as the float64 interpreter does, over ten steps, the last batch of an epoch smaller', async () => {
    const model = compileOf({ ...options, batchSize: 8, evaluationBatchSize: 6 })
    const data = drawData(model, rows, 9, 3)
    const native = sessionOf(model, data, seed)
    const reference = new ReferenceSession(model, data, seed)
    let iteration = 0
    const native10 = new Float64Array(model.accumulators.length)
    for (let epoch = 0; iteration < 10; epoch += 1) {
      const order = new Random(seed, 2, epoch).shuffle(rowNumbers(rows))
      const run = {
        program: 'train',
        rows: order,
        batchSize: 8,
        learningRates: Float64Array.of(learningRate),
        iteration,
      }
      const result = await native.run(run)
      for (const [index, value] of result.accumulators.entries()) native10[index] = (native10[index] as number) + value
      for (let begin = 0; begin < rows; begin += 8) {
        reference.run('train', [...order.slice(begin, begin + 8)], learningRate, iteration)
        iteration += 1
      }
    }
    // Float32 against float64 over the steps: normalised squared error below 1e-8, that is 1e-4 relative.
    for (const entry of model.persistent) {
      const actual = native.readPersistent(entry.offset, elementCount(entry.shape))
      const expected = reference.memory.get(entry.name)?.data as Float64Array
      expect(normalizedError(actual, expected, 1e-6), entry.name).toBeLessThan(1e-8)
    }
    expect(normalizedError(native10, reference.accumulators)).toBeLessThan(1e-8)

    const width = model.outputs.map((output) => elementCount(output.rowShape))
    for (const program of ['evaluate', 'predict'] as const) {
      const outputs = width.map((size) => new Float32Array(rows * size))
      await native.run({
        program,
        rows: rowNumbers(rows),
        batchSize: 6,
        learningRates: Float64Array.of(0),
        iteration: 0,
        outputs,
      })
      const expected = reference.run(program, [...rowNumbers(rows)], 0, 0)
      for (const [index, output] of outputs.entries())
        expect(normalizedError(output, expected[index]?.data as Float64Array)).toBeLessThan(1e-8)
    }
    native.dispose()
  })

  it('learns', async () => {
    const model = compileOf({ ...options, batchSize: 8 })
    const data = drawData(model, 8, 9, 3)
    const native = sessionOf(model, data, seed)
    const losses: number[] = []
    for (let step = 0; step < 150; step += 1) {
      await native.run({
        program: 'train',
        rows: rowNumbers(8),
        batchSize: 8,
        learningRates: Float64Array.of(0.01),
        iteration: step,
      })
      if (step % 149 > 0) continue
      const run = {
        program: 'evaluate',
        rows: rowNumbers(8),
        batchSize: 8,
        learningRates: Float64Array.of(0),
        iteration: 0,
      }
      losses.push((await native.run(run)).accumulators[0] as number)
    }
    native.dispose()
    expect(losses[1]).toBeLessThan(losses[0] as number)
  })
})

describe('optimised and plain graphs', () => {
  /** Gradients of all trained weights, their names as keys, from drawn feeds and weights, in float64. */
  function gradientsOf(options: RequestOptions, optimized: boolean): Map<string, Float64Array> {
    const request = requestOf(options)
    const layout = layoutModel(request)
    const lowered = lowerForward(layout, request.dataset, true)
    const forward = lowered.builder.finish('train', [], lowerObjectives(layout, lowered, true))
    const trained = layout.weights.filter((weight) => weight.trainable && !weight.frozen)
    const ids = trained.map((weight) => lowered.weights.get(weight) as ValueId)
    const { graph, gradients } = differentiate(optimized ? fuseLosses(forward) : forward, ids)
    const outputs = trained.map((weight, index) => ({
      name: weight.path,
      value: gradients.get(ids[index] as ValueId) as ValueId,
    }))
    const joint: IrGraph = { ...graph, outputs, loss: undefined }
    const final = optimized ? schedule(fuseKernels(simplify(joint)), 8) : joint
    const model = compileOf(options)
    const reference = new ReferenceSession(model, drawData(model, 6, 9, 3), 3)
    const results = reference.interpret(verify(final, 'test'), [0, 1, 2, 3, 4, 5], 4)
    return new Map(final.outputs.map((output, index) => [output.name, results[index]?.data as Float64Array]))
  }

  it.each(Object.entries(cases))('have equal gradients: %s', (_, options) => {
    const plain = gradientsOf(options, false)
    const optimized = gradientsOf(options, true)
    expect(plain.size).toBeGreaterThan(1)
    // Float64 rounding: cross-entropy through the probabilities loses a few digits against the form over logits.
    for (const [name, gradient] of plain)
      expect(normalizedError(optimized.get(name) as Float64Array, gradient, 1e-20), name).toBeLessThan(1e-20)
  })
})

describe('compileModel', () => {
  it('runs a network that has nothing to train, and one that is trained through nothing', async () => {
    const document = documentOf({
      bits: { type: 'input' },
      unit: { type: 'dense', params: { units: 1, activation: 'step' } },
      result: { type: 'output' },
    })
    const model = compileOf({ document, dataset: signatureOf(3), loss: 'mean_squared_error' })
    expect(model.graphs.train.nodes.some((node) => node.op === 'sgd_update')).toBe(false)
    const data = [Float32Array.from([0, 0, 0, 1, 0, 0, 1, 1, 1]), new Float32Array(3)]
    const session = sessionOf(model, data, 1)
    // McCulloch-Pitts: threshold 1 is OR, threshold 3 is AND.
    const results: number[][] = []
    for (const threshold of [1, 3]) {
      session.writePersistent(model.weights[0]?.offset as number, Float32Array.from([1, 1, 1]))
      session.writePersistent(model.weights[1]?.offset as number, Float32Array.from([-threshold]))
      const outputs = [new Float32Array(3)]
      const run = { rows: rowNumbers(3), batchSize: 2, learningRates: Float64Array.of(1), iteration: 0 }
      await session.run({ ...run, program: 'train' })
      await session.run({ ...run, program: 'predict', outputs })
      results.push([...(outputs[0] as Float32Array)])
    }
    session.dispose()
    expect(results).toEqual([
      [0, 1, 1],
      [0, 0, 1],
    ])
  })

  it('takes several inputs with their own columns and outputs that share a layer', async () => {
    const document = documentOf({
      left: { type: 'input', params: { columns: ['x0', 'x2'] } },
      right: { type: 'input', params: { columns: ['x3'] } },
      both: { type: 'concatenate', from: ['left', 'right'] },
      value: { type: 'dense', params: { units: 1 } },
      one: { type: 'output', from: ['value'] },
      two: { type: 'output', from: ['value'] },
    })
    const model = compileOf({ document, dataset: signatureOf(4), loss: 'mean_squared_error' })
    expect(model.slots.map((slot) => [slot.kind, slot.columns, slot.rowShape])).toEqual([
      ['input', ['x0', 'x2'], [2]],
      ['input', ['x3'], [1]],
      ['target', ['y'], [1]],
      ['target', ['y'], [1]],
    ])
    const session = sessionOf(model, drawData(model, 4, 1), 1)
    const outputs = [new Float32Array(4), new Float32Array(4)]
    const run = { rows: rowNumbers(4), batchSize: 3, learningRates: Float64Array.of(0.1), iteration: 0 }
    await session.run({ ...run, program: 'train' })
    await session.run({ ...run, program: 'predict', outputs })
    session.dispose()
    expect(outputs[0]).toEqual(outputs[1])
    expect(outputs[0]?.some((value) => value !== 0)).toBe(true)
  })

  it('feeds an output straight from its input', async () => {
    const document = documentOf({ features: { type: 'input' }, result: { type: 'output' } })
    const model = compileOf({ document, dataset: signatureOf(1), loss: 'mean_squared_error' })
    const session = sessionOf(model, [Float32Array.from([1, 2, 3]), Float32Array.from([1, 2, 5])], 1)
    const outputs = [new Float32Array(3)]
    const run = { rows: rowNumbers(3), batchSize: 8, learningRates: Float64Array.of(0.1), iteration: 0, outputs }
    expect((await session.run({ ...run, program: 'evaluate' })).accumulators).toEqual(Float64Array.of(4))
    session.dispose()
    expect([...(outputs[0] as Float32Array)]).toEqual([1, 2, 3])
  })

  it('feeds classes one-hot to a loss over as many units as classes', () => {
    const document = documentOf({
      features: { type: 'input' },
      labels: { type: 'dense', params: { units: 2, activation: 'sigmoid' } },
      result: { type: 'output' },
    })
    const model = compileOf({ document, dataset: signatureOf(3, 2), loss: 'binary_crossentropy' })
    expect(model.slots[1]).toMatchObject({ encoding: 'one-hot', rowShape: [2] })
  })

  it('gives loss and metrics the names of their outputs where there are several', () => {
    expect(compileOf(cases['an MLP with softmax'] as RequestOptions).accumulators).toEqual(['loss', 'accuracy'])
    const several = compileOf(cases['two weighted outputs over a shared trunk'] as RequestOptions)
    expect(several.accumulators).toEqual(['loss', 'one_mean_absolute_error', 'two_mean_absolute_error'])
  })

  it('keeps frozen layers out of the update and gives them no slots', () => {
    const options = cases['an image that is flattened, a frozen layer in between'] as RequestOptions
    const model = compileOf({ ...options, optimizer: 'adam' })
    const slots = model.persistent.filter((entry) => entry.role === 'slot').map((entry) => entry.name)
    expect(slots.some((name) => name.includes('middle') || name.includes('norm'))).toBe(false)
    expect(slots).toContain('optimizer/first/kernel/velocity')
    expect(model.report.nonTrainable).toBe(5 * 5 + 5 + 4 * 5)
    expect(model.graphs.train.nodes.some((node) => node.op === 'batch_normalization')).toBe(false)
  })

  it('counts parameters and operations', () => {
    const { report } = compileOf(cases['an MLP with softmax'] as RequestOptions)
    expect(report.parameters).toBe(5 * 9 + 9 + 9 * 3 + 3)
    const hidden = report.layers.find((layer) => layer.name === 'hidden')
    expect(hidden).toMatchObject({ parameters: 54, trainable: 54, flops: 2 * 5 * 9 + 9 + 9, outputShapes: [[-1, 9]] })
    expect(report.trainingFlopsPerSample).toBeGreaterThan(2 * report.flopsPerSample)
  })

  it('binds a slot to each input and each target, with its encoding', () => {
    const model = compileOf({ ...(cases['an MLP with one-hot targets and Nesterov'] as RequestOptions) })
    expect(model.slots).toEqual([
      { slot: 0, kind: 'input', node: 'features', columns: ['x0', 'x1', 'x2', 'x3', 'x4'], rowShape: [5] },
      { slot: 1, kind: 'target', node: 'result', columns: ['y'], encoding: 'one-hot', rowShape: [3] },
    ])
    expect(model.graphs.predict.nodes.map((node) => node.op)).toEqual(['dense', 'dense', 'softmax'])
    expect(model.programs.predict.feeds).toHaveLength(2)
  })

  it('takes cross-entropy from the logits and needs no probabilities to train', () => {
    const { dataset, loss } = cases['an MLP with softmax'] as RequestOptions
    const model: CompiledModel = compileOf({ document: documentOf(mlp), dataset, loss })
    const ops = model.graphs.train.nodes.map((node) => node.op)
    expect(ops).toContain('sparse_softmax_cross_entropy_gradient')
    expect(ops).not.toContain('softmax')
  })

  it('refuses more memory than the budget and says how much it would be', () => {
    const options = { ...(cases['an MLP with softmax'] as RequestOptions), batchSize: 1000 }
    const { peakBytes } = compileOf(options).report
    expect(() => compileOf({ ...options, memoryBudget: peakBytes })).not.toThrow()
    expect(() => compileOf({ ...options, memoryBudget: peakBytes - 1 })).toThrow(
      expect.objectContaining({
        code: 'compile.memory',
        details: expect.objectContaining({ data: { bytes: peakBytes, budget: peakBytes - 1 } }),
      }),
    )
  })

  it.each([
    ['compile.no-objective', documentOf({ features: { type: 'input' } })],
    ['graph.unconnected', documentOf({ scores: { type: 'dense' }, result: { type: 'output' } })],
    [
      'graph.cycle',
      documentOf({
        features: { type: 'input' },
        a: { type: 'add', from: ['features', 'b'] },
        b: { type: 'dense', params: { units: 5 }, from: ['a'] },
        result: { type: 'output', from: ['b'] },
      }),
    ],
    [
      'graph.unknown-layer',
      documentOf({ features: { type: 'input' }, odd: { type: 'odd' }, result: { type: 'output' } }),
    ],
  ])('refuses a drawing with %s', (code, document) => {
    expect(() => compileOf({ document, dataset: signatureOf(5), loss: 'mean_squared_error' })).toThrow(
      expect.objectContaining({ code }),
    )
  })

  it('refuses a batch of no samples', () => {
    expect(() => compileOf({ ...(cases['an MLP with softmax'] as RequestOptions), batchSize: 0 })).toThrow(
      expect.objectContaining({ code: 'compile.batch-size' }),
    )
  })

  it('gives the same programs for the same request', () => {
    for (const options of Object.values(cases)) expect(compileOf(options).programs).toEqual(compileOf(options).programs)
  })
})
