import type { Json } from '../../base/json.ts'
import { gridValues } from '../space.ts'
import { defineSampler } from './sampler.ts'

export const grid = defineSampler({
  id: 'grid',
  label: 'Grid',
  help: 'Every combination of the values; ranges are divided into steps.',
  size: (space) => space.dimensions.reduce((product, dimension) => product * gridValues(dimension).length, 1),
  sample(space, index) {
    const point: Record<string, Json> = {}
    let rest = index
    for (const dimension of [...space.dimensions].reverse()) {
      const values = gridValues(dimension)
      point[dimension.path] = values[rest % values.length] as Json
      rest = Math.floor(rest / values.length)
    }
    return Object.fromEntries(space.dimensions.map(({ path }) => [path, point[path]]))
  },
})
