import { describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import type { JsonObject } from '../../../engine/base/json.ts'
import type { ColumnSettings, DatasetDescription } from '../../../engine/data/dataset.ts'
import type { OverrideTarget } from '../../../engine/training/override.ts'
import {
  applyOverrides,
  overridePaths,
  parseOverride,
  searchableParameters,
} from '../../../engine/training/override.ts'
import { defaultPlan, parsePlan } from '../../../engine/training/plan.ts'
import { draw } from '../graph/documents.ts'

const column = (name: string, rest: Partial<ColumnSettings> = {}): ColumnSettings => ({
  name,
  type: 'numeric',
  role: 'feature',
  transform: 'standardize',
  missing: 'mean',
  ...rest,
})

const description: DatasetDescription = {
  id: 'dat_test',
  name: 'test',
  source: { kind: 'embedded', path: 'test.csv', size: 0, hash: '' },
  csv: { delimiter: ',', header: true, decimalComma: false, missingMarkers: [] },
  columns: [
    column('a'),
    column('b.c'),
    column('colour', { type: 'categorical', transform: 'one-hot', categories: ['red', 'blue'] }),
    column('y', { role: 'target' }),
  ],
  split: { test: 0.2, validation: 0.2, stratify: false, shuffle: true, seed: 1 },
  rowCount: 10,
}

const target: OverrideTarget = {
  document: draw({ in: ['input'], hidden_1: ['dense', { units: 8 }], last: ['dense'], out: ['output'] }, [
    'in -> hidden_1',
    'hidden_1 -> last',
    'last -> out',
  ]),
  plan: parsePlan({ optimizer: { type: 'adam', params: { learningRate: 0.02, beta1: 0.8 } } }),
  description,
}

function failure(overrides: JsonObject) {
  try {
    applyOverrides(target, overrides)
  } catch (thrown) {
    if (thrown instanceof LaminaError) return thrown.details
    throw thrown
  }
  throw new Error('it was accepted')
}

describe('applyOverrides', () => {
  it('sets layers, plan and data without touching the originals', () => {
    const before = structuredClone(target)
    const result = applyOverrides(target, {
      'hidden_1.units': 64,
      'last.frozen': true,
      'training.batchSize': 8,
      'training.optimizer.learningRate': 0.1,
      'training.earlyStopping.enabled': true,
      'data.scaling': 'none',
      'data.split.test': 0.3,
      'data.columns.b.c.transform': 'min-max',
    })
    expect(result.document.nodes.hidden_1?.params).toEqual({ units: 64 })
    expect(result.document.nodes.last?.frozen).toBe(true)
    expect(result.plan).toMatchObject({ batchSize: 8, earlyStopping: { enabled: true, patience: 10 } })
    expect(result.plan.optimizer).toEqual({ type: 'adam', params: { learningRate: 0.1, beta1: 0.8 } })
    expect(result.description?.columns.map((item) => item.transform)).toEqual([
      'none',
      'min-max',
      'one-hot',
      'standardize',
    ])
    expect(result.description?.split.test).toBe(0.3)
    expect(target).toEqual(before)
  })

  it('changes the optimiser first and keeps the learning rate', () => {
    const overrides = { 'training.optimizer.momentum': 0.9, 'training.optimizer': 'sgd' }
    expect(applyOverrides(target, overrides).plan.optimizer).toEqual({
      type: 'sgd',
      params: { learningRate: 0.02, momentum: 0.9 },
    })
  })

  it.each([
    ['hidden_1.unit', 8, '"hidden_1.units"'],
    ['hiden_1.units', 8, '"hidden_1.units"'],
    ['training.batch_size', 8, '"training.batchSize"'],
    ['training.optimizer.momentum', 0.9, '"training.optimizer'],
    ['training.learningRate', 0.1, 'Did you mean "training.optimizer.learningRate"?'],
    ['learningRate', 0.1, 'Did you mean "training.optimizer.learningRate"?'],
    ['training.minDelta', 0, 'Did you mean "training.earlyStopping.minDelta"?'],
    ['data.scalling', 'none', '"data.scaling"'],
    ['data.columns.a.rolle', 'ignore', '"data.columns.a.role"'],
    ['nonsense', 1, ''],
  ])('refuses %s with what was probably meant', (path, value, fix) => {
    const details = failure({ [path]: value })
    expect(details).toMatchObject({ code: 'override.unknown-path', where: path })
    expect(details.fix).toContain(fix)
  })

  it.each([
    ['hidden_1.units', 'many', 'an integer from 1 to 65536'],
    ['hidden_1.activation', 'rellu', 'one of linear, relu'],
    ['hidden_1.frozen', 1, 'true or false'],
    ['training.epochs', 0, 'an integer from 1 to 1000000'],
    ['training.optimizer', 'sdg', 'rmsprop, sgd'],
    ['data.scaling', 'one-hot', 'one of none, standardize, min-max, robust'],
    ['data.split.test', 0.85, 'fractions that leave rows'],
    ['data.split.test', 2, 'a number at least 0'],
    ['data.columns.colour.transform', 'standardize', 'one of one-hot, ordinal'],
  ])('refuses %s = %j with what it takes', (path, value, expected) => {
    const details = failure({ [path]: value })
    expect(details).toMatchObject({ code: 'override.value', where: path, received: JSON.stringify(value) })
    expect(details.expected).toContain(expected)
  })

  it('gives the generator of a GAN an optimiser of its own, whatever the order', () => {
    const { plan } = applyOverrides(target, {
      'training.generatorOptimizer.momentum': 0.5,
      'training.generatorOptimizer': 'sgd',
    })
    expect(plan.generatorOptimizer).toEqual({ type: 'sgd', params: { momentum: 0.5 } })
    const adam = applyOverrides(target, { 'training.generatorOptimizer': 'adam', 'training.generatorOptimizer.learningRate': 0.001 }) // biome-ignore format: one call
    expect(applyOverrides(adam, { 'training.generatorOptimizer': 'same' }).plan.generatorOptimizer).toEqual({
      type: 'same',
      params: {},
    })
    expect(failure({ 'training.generatorOptimizer.momentum': 0.5 })).toMatchObject({ code: 'override.unknown-path' })
  })

  it('accepts every path it lists, at its present value', () => {
    const settable = overridePaths(target).filter((path) => path.startsWith('training.'))
    const overrides = Object.fromEntries(
      searchableParameters(target.document, target.plan).map((item) => [item.path, item.current]),
    )
    expect(applyOverrides(target, overrides).plan).toMatchObject({ epochs: defaultPlan.epochs })
    expect(settable.length).toBeGreaterThan(15)
  })
})

describe('parseOverride', () => {
  it.each([
    ['dense_1.units=64', 'dense_1.units', 64],
    ['a.activation = relu', 'a.activation', 'relu'],
    ['a.useBias=false', 'a.useBias', false],
    ['a.shape=[8,8,1]', 'a.shape', [8, 8, 1]],
    ['a.target=x=y', 'a.target', 'x=y'],
  ])('reads %s', (text, path, value) => {
    expect(parseOverride(text)).toEqual({ path, value })
  })

  it.each(['units', '=5', ''])('refuses %j', (text) => {
    expect(() => parseOverride(text)).toThrowError(expect.objectContaining({ code: 'override.syntax' }))
  })
})

describe('searchableParameters', () => {
  const found = searchableParameters(target.document, target.plan)

  it('lists ranges and present values of layers and plan', () => {
    const byPath = Object.fromEntries(found.map((item) => [item.path, item]))
    expect(byPath['hidden_1.units']).toMatchObject({
      kind: 'integer',
      min: 1,
      max: 65536,
      logarithmic: true,
      current: 8,
    })
    expect(byPath['training.optimizer.learningRate']).toMatchObject({
      kind: 'number',
      logarithmic: true,
      current: 0.02,
    })
    expect(byPath['training.optimizer']?.options).toEqual(expect.arrayContaining(['adam', 'rmsprop', 'sgd']))
    expect(byPath['out.loss']?.options).toContain('mean_squared_error')
  })

  it('leaves out what present settings hide and what cannot be varied', () => {
    const paths = found.map((item) => item.path)
    for (const path of ['hidden_1.kernelValue', 'training.earlyStopping.patience', 'training.threads', 'in.shape'])
      expect(paths).not.toContain(path)
  })
})
