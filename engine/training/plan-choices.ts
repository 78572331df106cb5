import type { ParamSpec, ParamSpecs } from '../layers/params.ts'
import { findOptimizer } from './optimizers/registry.ts'
import { findSchedule } from './schedules/registry.ts'

/** Fields of a plan that are a type with parameters of its own. */
export const planChoices = ['optimizer', 'generatorOptimizer', 'schedule'] as const

export type PlanChoice = (typeof planChoices)[number]

export function isPlanChoice(field: string): field is PlanChoice {
  return (planChoices as readonly string[]).includes(field)
}

/** As the type of `generatorOptimizer`: `optimizer` serves both networks of a GAN. */
export const SAME = 'same'

/** What DCGAN trains by (Radford et al. 2016), as the examples of PyTorch and TensorFlow do: Adam's usual rate and momentum are too large for a GAN. */
const dcgan: Readonly<Record<string, number>> = { learningRate: 0.0002, beta1: 0.5 }
const adamFamily: ReadonlySet<string> = new Set(['adam', 'adamax', 'adamw', 'nadam', 'radam'])

function generatorParams(type: string): ParamSpecs {
  const specs = findOptimizer(type)?.params ?? {}
  if (!adamFamily.has(type)) return specs
  const entries = Object.entries(specs).map(([name, spec]): [string, ParamSpec] =>
    spec.kind === 'number' && dcgan[name] !== undefined ? [name, { ...spec, default: dcgan[name] }] : [name, spec],
  )
  return Object.fromEntries(entries)
}

/** Parameters of a choice of that type; none for a type there is not. */
export function choiceParams(field: PlanChoice, type: string): ParamSpecs {
  if (field === 'generatorOptimizer') return generatorParams(type)
  return (field === 'optimizer' ? findOptimizer(type) : findSchedule(type))?.params ?? {}
}
