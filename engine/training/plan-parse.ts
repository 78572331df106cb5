import { LaminaError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { LayerProblem } from '../layers/layer.ts'
import { suggestion } from '../layers/near-matches.ts'
import { checkParams, isDefault } from '../layers/param-check.ts'
import type { Choice, TrainingPlan } from './plan.ts'
import { defaultPlan } from './plan.ts'
import { choiceParams, type PlanChoice } from './plan-choices.ts'
import { checkPlanField } from './plan-params.ts'

/** A plan's error: code `plan.<path>`, place `training.<path>`. */
export function planError(path: string, problem: Omit<LayerProblem, 'code'>): LaminaError {
  const { param: _, port: __, ...details } = problem
  return new LaminaError({ ...details, code: `plan.${path}`, where: `training.${path}` })
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownField(path: string, known: readonly string[]): LaminaError {
  return new LaminaError({
    code: 'plan.unknown-field',
    message: `A training plan has no field "${path}".`,
    where: `training.${path}`,
    expected: known.join(', '),
    received: path,
    fix: suggestion(path.split('.').at(-1) ?? path, known),
  })
}

function parseChoice(path: PlanChoice, value: unknown, initial: Choice): Choice {
  if (value === undefined) return initial
  const given: unknown = typeof value === 'string' ? { type: value, params: {} } : value
  if (!isObject(given))
    throw planError(path, {
      message: `${path} is wrong.`,
      expected: '{ type, params }',
      received: JSON.stringify(value),
    })
  for (const key of Object.keys(given))
    if (key !== 'type' && key !== 'params') throw unknownField(`${path}.${key}`, ['type', 'params'])
  const problem = checkPlanField(path, given.type)
  if (problem) throw planError(path, problem)
  const type = given.type as string
  const params = given.params ?? {}
  if (!isObject(params))
    throw planError(`${path}.params`, {
      message: `The parameters of ${type} are wrong.`,
      expected: 'an object',
      received: JSON.stringify(params),
    })
  const specs = choiceParams(path, type)
  for (const wrong of checkParams(specs, params)) {
    if (wrong.code === 'param.unknown') throw unknownField(`${path}.${wrong.param}`, Object.keys(specs))
    throw planError(`${path}.${wrong.param}`, wrong)
  }
  const kept = Object.entries(params).filter(([name, item]) => item !== undefined && !isDefault(specs[name]!, item))
  return { type, params: Object.fromEntries(kept) as JsonObject }
}

function parseField(path: string, value: Json | undefined, initial: Json): Json {
  if (value === undefined) return initial
  const problem = checkPlanField(path, value)
  if (problem) throw planError(path, problem)
  return value
}

function parseGroup(
  group: 'pseudoLabels' | 'initialWeights' | 'earlyStopping' | 'checkpoint',
  value: unknown,
): JsonObject {
  const initial = defaultPlan[group] as unknown as Record<string, Json>
  if (value !== undefined && !isObject(value))
    throw planError(group, { message: `${group} is wrong.`, expected: 'an object', received: JSON.stringify(value) })
  for (const key of Object.keys(value ?? {}))
    if (!Object.hasOwn(initial, key)) throw unknownField(`${group}.${key}`, Object.keys(initial))
  const entries = Object.entries(initial).map(([key, fallback]) => [
    key,
    parseField(`${group}.${key}`, value?.[key], fallback),
  ])
  return Object.fromEntries(entries) as JsonObject
}

/**
 * Reads a training plan, filling in defaults. Throws `plan.<path>` with expected and received for a wrong value and
 * `plan.unknown-field` for a field there is not.
 */
export function parsePlan(json: unknown): TrainingPlan {
  if (!isObject(json))
    throw new LaminaError({
      code: 'plan.invalid',
      message: 'This is not a training plan.',
      where: 'training',
      expected: 'an object',
      received: JSON.stringify(json) ?? 'nothing',
      fix: 'Use {} for the defaults.',
    })
  for (const key of Object.keys(json))
    if (!Object.hasOwn(defaultPlan, key)) throw unknownField(key, Object.keys(defaultPlan))
  return {
    epochs: parseField('epochs', json.epochs, defaultPlan.epochs) as number,
    batchSize: parseField('batchSize', json.batchSize, defaultPlan.batchSize) as number,
    seed: parseField('seed', json.seed, defaultPlan.seed) as number,
    shuffle: parseField('shuffle', json.shuffle, defaultPlan.shuffle) as boolean,
    threads: parseField('threads', json.threads, defaultPlan.threads) as number,
    precision: parseField('precision', json.precision, defaultPlan.precision) as TrainingPlan['precision'],
    optimizer: parseChoice('optimizer', json.optimizer, defaultPlan.optimizer),
    generatorOptimizer: parseChoice('generatorOptimizer', json.generatorOptimizer, defaultPlan.generatorOptimizer),
    schedule: parseChoice('schedule', json.schedule, defaultPlan.schedule),
    classWeight: parseField('classWeight', json.classWeight, defaultPlan.classWeight) as TrainingPlan['classWeight'],
    sampleWeight: parseField('sampleWeight', json.sampleWeight, defaultPlan.sampleWeight) as string,
    pseudoLabels: parseGroup('pseudoLabels', json.pseudoLabels) as unknown as TrainingPlan['pseudoLabels'],
    initialWeights: parseGroup('initialWeights', json.initialWeights) as unknown as TrainingPlan['initialWeights'],
    earlyStopping: parseGroup('earlyStopping', json.earlyStopping) as unknown as TrainingPlan['earlyStopping'],
    checkpoint: parseGroup('checkpoint', json.checkpoint) as unknown as TrainingPlan['checkpoint'],
  }
}
