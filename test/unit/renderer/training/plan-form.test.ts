import { describe, expect, it } from 'vitest'
import { defaultPlan } from '../../../../engine/training/plan.ts'
import {
  changePlan,
  learningRateCurve,
  planSections,
  polyline,
} from '../../../../renderer/features/training/plan-form.ts'

const fieldsOf = (plan = defaultPlan) =>
  Object.fromEntries(planSections(plan).map((section) => [section.id, section.fields.map((field) => field.path)]))

describe('the form of a training plan', () => {
  it('shows the parameters of the chosen optimiser beside it', () => {
    expect(fieldsOf().run).toEqual(expect.arrayContaining(['epochs', 'batchSize', 'seed', 'threads']))
    expect(fieldsOf().optimizer).toContain('optimizer.beta1')
    const sgd = changePlan(defaultPlan, 'optimizer', 'sgd')
    expect(fieldsOf(sgd).optimizer).not.toContain('optimizer.beta1')
    expect(fieldsOf(sgd).optimizer).toContain('optimizer.momentum')
  })
  it('shows the settings of early stopping only when it is on', () => {
    expect(fieldsOf().earlyStopping).toEqual(['earlyStopping.enabled'])
    const stopping = changePlan(defaultPlan, 'earlyStopping.enabled', true)
    expect(fieldsOf(stopping).earlyStopping).toContain('earlyStopping.patience')
  })
  it('leaves out what means nothing to a GAN, but not a setting that is to be reset', () => {
    const paths = (plan = defaultPlan) =>
      planSections(plan, [], [], true).flatMap(({ fields }) => fields.map((field) => field.path))
    expect(paths().filter((path) => /earlyStopping|Weight$/.test(path))).toEqual([])
    expect(planSections(defaultPlan, [], [], true).map(({ id }) => id)).not.toContain('earlyStopping')
    const stopping = changePlan(changePlan(defaultPlan, 'earlyStopping.enabled', true), 'sampleWeight', 'age')
    expect(paths(stopping).filter((path) => /earlyStopping|Weight$/.test(path))).toEqual([
      'sampleWeight',
      'earlyStopping.enabled',
    ])
  })
  it('offers a GAN an optimiser of its generator, with the settings of DCGAN', () => {
    const sections = (plan = defaultPlan) => planSections(plan, [], [], true)
    const titles = (plan = defaultPlan) => sections(plan).map(({ title }) => title)
    expect(titles()).toEqual(expect.arrayContaining(['Optimiser of both networks', 'Optimiser of the generator']))
    expect(
      planSections(defaultPlan)
        .flatMap(({ fields }) => fields.map(({ path }) => path))
        .join(),
    ).not.toContain('generator')
    const own = changePlan(defaultPlan, 'generatorOptimizer', 'adam')
    expect(own.generatorOptimizer).toEqual({ type: 'adam', params: {} })
    expect(titles(own)).toContain('Optimiser of the discriminator')
    const value = (path: string, plan = own) =>
      sections(plan)
        .flatMap(({ fields }) => fields)
        .find((field) => field.path === path)?.value
    expect([value('generatorOptimizer.learningRate'), value('generatorOptimizer.beta1')]).toEqual([0.0002, 0.5])
    expect([value('optimizer.learningRate'), value('optimizer.beta1')]).toEqual([0.001, 0.9])
    const slower = changePlan(own, 'generatorOptimizer.learningRate', 0.001)
    expect(slower.generatorOptimizer.params).toEqual({ learningRate: 0.001 })
    expect(value('generatorOptimizer.momentum', changePlan(slower, 'generatorOptimizer', 'sgd'))).toBe(0)
  })
  it('shows the settings of pseudo-labels only when they are on', () => {
    expect(fieldsOf().pseudoLabels).toEqual(['pseudoLabels.enabled'])
    const learning = changePlan(defaultPlan, 'pseudoLabels.enabled', true)
    expect(fieldsOf(learning).pseudoLabels).toEqual(
      ['enabled', 'threshold', 'weight', 'warmupEpochs', 'rampEpochs', 'everyEpochs'].map((of) => `pseudoLabels.${of}`),
    )
  })
  it('offers the numeric columns as sample weights', () => {
    const fields = planSections(defaultPlan, ['age', 'weight']).flatMap((section) => section.fields)
    const { spec } = fields.find((field) => field.path === 'sampleWeight')!
    expect(spec.kind === 'choice' && spec.options.map((option) => option.value)).toEqual(['', 'age', 'weight'])
  })
  it('offers the trained runs to start from, their models, and what the plan holds already', () => {
    const run = { id: 'run_1', number: 1, name: 'Run 1', modelName: 'mlp', epochs: 5 }
    const plan = changePlan(defaultPlan, 'initialWeights.run', '7')
    const fields = planSections(plan, [], [run, { ...run, id: 'run_2', epochs: 0 }]).flatMap(
      (section) => section.fields,
    )
    const { spec } = fields.find((field) => field.path === 'initialWeights.run')!
    expect(spec.kind === 'choice' && spec.options.map((option) => option.value)).toEqual([
      '',
      'run_1',
      'model:mlp',
      '7',
    ])
    expect(fieldsOf(plan).initialWeights).toContain('initialWeights.mismatch')
    expect(fieldsOf().initialWeights).not.toContain('initialWeights.mismatch')
  })
  it('changes one field and leaves the plan it came from alone', () => {
    const changed = changePlan(defaultPlan, 'earlyStopping.patience', 3)
    expect(changed.earlyStopping.patience).toBe(3)
    expect(changed.earlyStopping.monitor).toBe(defaultPlan.earlyStopping.monitor)
    expect(defaultPlan.earlyStopping.patience).toBe(10)
    expect(changePlan(defaultPlan, 'epochs', 7).epochs).toBe(7)
  })
  it('does not store a parameter at its default', () => {
    const changed = changePlan(defaultPlan, 'optimizer.learningRate', 0.01)
    expect(changed.optimizer.params).toEqual({ learningRate: 0.01 })
    expect(changePlan(changed, 'optimizer.learningRate', 0.001).optimizer.params).toEqual({})
  })
  it('begins another optimiser at its own defaults, and keeps the parameters of the same one', () => {
    const changed = changePlan(defaultPlan, 'optimizer.learningRate', 0.01)
    expect(changePlan(changed, 'optimizer', 'sgd').optimizer).toEqual({ type: 'sgd', params: {} })
    expect(changePlan(changed, 'optimizer', 'adam')).toBe(changed)
  })
})

describe('the preview of a schedule', () => {
  it('follows the formula: 0.001 e^(-0.1 t) over 11 epochs', () => {
    const plan = { ...changePlan(defaultPlan, 'schedule', 'exponential'), epochs: 11 }
    const curve = learningRateCurve(plan)
    expect(curve).toHaveLength(11)
    expect(curve[0]).toEqual([1, 0.001])
    expect(curve[10]?.[0]).toBe(11)
    expect(curve[10]?.[1]).toBeCloseTo(0.001 * Math.exp(-1), 12)
  })
  it('takes at most so many epochs, the first and the last among them', () => {
    const curve = learningRateCurve({ ...defaultPlan, epochs: 5000 }, 10)
    expect(curve).toHaveLength(10)
    expect([curve[0]?.[0], curve.at(-1)?.[0]]).toEqual([1, 5000])
  })
  it('draws higher rates higher, and a constant one in the middle', () => {
    expect(
      polyline(
        [
          [1, 2],
          [2, 1],
          [3, 0],
        ],
        100,
        20,
      ),
    ).toBe('0,0 50,10 100,20')
    expect(
      polyline(
        [
          [1, 5],
          [2, 5],
        ],
        100,
        20,
      ),
    ).toBe('0,10 100,10')
    expect(polyline([[1, 5]], 100, 20)).toBe('0,10 100,10')
  })
})
