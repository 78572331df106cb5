import type { Json } from '../../base/json.ts'
import { Random, Stream } from '../../base/rng.ts'
import { valueAt } from '../space.ts'
import { defineSampler } from './sampler.ts'

export const random = defineSampler({
  id: 'random',
  label: 'Random',
  help: 'Each trial draws every value at random (Bergstra and Bengio 2012): better than a grid when few of many parameters matter.',
  size: () => null,
  sample(space, index, seed) {
    const source = new Random(seed, Stream.sampler, index)
    const point: Record<string, Json> = {}
    for (const dimension of space.dimensions) {
      if (dimension.kind === 'list')
        point[dimension.path] = dimension.values[source.integer(dimension.values.length)] as Json
      else if (dimension.integer && dimension.scale === 'linear')
        point[dimension.path] = dimension.min + source.integer(dimension.max - dimension.min + 1)
      else point[dimension.path] = valueAt(dimension, source.uniform())
    }
    return point
  },
})
