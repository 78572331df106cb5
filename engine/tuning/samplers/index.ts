import { LaminaError } from '../../base/errors.ts'
import { grid } from './grid.sampler.ts'
import { random } from './random.sampler.ts'
import type { Sampler } from './sampler.ts'

/** All ways to choose trials. */
export const samplers: readonly Sampler[] = [grid, random]

/** The sampler of that id. Throws `tuning.unknown-strategy`. */
export function samplerOf(id: string): Sampler {
  const sampler = samplers.find((candidate) => candidate.id === id)
  if (sampler) return sampler
  throw new LaminaError({
    code: 'tuning.unknown-strategy',
    message: 'There is no such way to search.',
    where: 'strategy',
    expected: `one of ${samplers.map((candidate) => candidate.id).join(', ')}`,
    received: id,
    fix: 'Choose one of the list.',
  })
}
