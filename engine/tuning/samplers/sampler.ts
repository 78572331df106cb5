import type { JsonObject } from '../../base/json.ts'
import type { SearchSpace } from '../space.ts'

/** A way to choose points of a search space. A point depends on its number and the seed alone, never on other trials. */
export interface Sampler {
  id: string
  label: string
  /** One sentence for the sweep view. */
  help: string
  /** Points there are; null = as many as asked for. */
  size(space: SearchSpace): number | null
  /** Overrides of trial `index`, counted from 0. */
  sample(space: SearchSpace, index: number, seed: number): JsonObject
}

/** Identity with type checking. */
export function defineSampler(sampler: Sampler): Sampler {
  return sampler
}
