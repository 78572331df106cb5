import { describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import { defaultPlan, parsePlan } from '../../../engine/training/plan.ts'
import { planFields, planParams } from '../../../engine/training/plan-params.ts'

function failure(json: unknown) {
  try {
    parsePlan(json)
  } catch (thrown) {
    if (thrown instanceof LaminaError) return thrown.details
    throw thrown
  }
  throw new Error('it was accepted')
}

describe('parsePlan', () => {
  it('fills everything in', () => {
    expect(parsePlan({})).toEqual(defaultPlan)
  })

  it('agrees with the form about the defaults', () => {
    for (const field of planFields(defaultPlan)) {
      const spec = planParams[field.path]
      if (spec) expect([field.path, field.value]).toEqual([field.path, spec.default])
    }
  })

  it('keeps what differs and survives a round trip', () => {
    const plan = parsePlan({
      epochs: 5,
      optimizer: { type: 'sgd', params: { momentum: 0.9, learningRate: 0.01 } },
      schedule: 'step',
      earlyStopping: { enabled: true, patience: 3 },
    })
    expect(plan.optimizer).toEqual({ type: 'sgd', params: { momentum: 0.9 } })
    expect(plan.schedule).toEqual({ type: 'step', params: {} })
    expect(plan.earlyStopping).toEqual({ ...defaultPlan.earlyStopping, enabled: true, patience: 3 })
    expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
  })

  it.each([
    [{ epochs: 0 }, 'plan.epochs', 'training.epochs', '0'],
    [{ batchSize: 1.5 }, 'plan.batchSize', 'training.batchSize', '1.5'],
    [{ seed: -1 }, 'plan.seed', 'training.seed', '-1'],
    [{ optimizer: { type: 'adamm' } }, 'plan.optimizer', 'training.optimizer', '"adamm"'],
    [{ optimizer: { type: 'adam', params: { beta1: 1 } } }, 'plan.optimizer.beta1', 'training.optimizer.beta1', '1'],
    [
      { optimizer: { type: 'sgd', params: { learningRate: 0 } } },
      'plan.optimizer.learningRate',
      'training.optimizer.learningRate',
      '0',
    ],
    [{ schedule: { type: 'cosin' } }, 'plan.schedule', 'training.schedule', '"cosin"'],
    [{ earlyStopping: { patience: 0 } }, 'plan.earlyStopping.patience', 'training.earlyStopping.patience', '0'],
    [{ checkpoint: 5 }, 'plan.checkpoint', 'training.checkpoint', '5'],
  ])('refuses %j', (json, code, where, received) => {
    const details = failure(json)
    expect(details).toMatchObject({ code, where, received })
    expect(details.expected).toBeTruthy()
  })

  it('takes the metric of one of several outputs as monitor, but no sentence', () => {
    const monitor = 'validation_species_accuracy'
    expect(parsePlan({ earlyStopping: { monitor } }).earlyStopping.monitor).toBe(monitor)
    expect(failure({ earlyStopping: { monitor: 'the loss' } })).toMatchObject({ code: 'plan.earlyStopping.monitor' })
  })

  it.each([
    [{ epoch: 3 }, 'Did you mean "epochs"?'],
    [{ optimizer: { type: 'adam', params: { beta_1: 0.9 } } }, 'Did you mean "beta1"?'],
    [{ earlyStopping: { patients: 3 } }, 'Did you mean "patience"?'],
  ])('refuses the unknown field of %j', (json, fix) => {
    expect(failure(json)).toMatchObject({ code: 'plan.unknown-field', fix })
  })

  it.each([null, [], 'fast', 3])('refuses %j as a plan', (json) => {
    expect(failure(json)).toMatchObject({ code: 'plan.invalid' })
  })
})
