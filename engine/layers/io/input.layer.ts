import { formatShape } from '../../base/shape.ts'
import type { FeatureSignature } from '../../graph/document.ts'
import type { ShapeContext } from '../layer.ts'
import { defineLayer } from '../layer.ts'
import { suggestion } from '../near-matches.ts'
import { layerError } from '../problem.ts'
import { columnsParam, shapeParam } from '../read-params.ts'

/** The feature columns that this Input takes, or null while no data is chosen. */
function featuresTaken({ params, dataset }: ShapeContext): readonly FeatureSignature[] | null {
  if (!dataset) return null
  const chosen = columnsParam(params, 'columns')
  const names = dataset.features.map((feature) => feature.name)
  for (const name of chosen) {
    if (names.includes(name)) continue
    throw layerError({
      code: 'input.unknown-column',
      message: `The data has no feature column "${name}".`,
      param: 'columns',
      expected: 'names of feature columns',
      received: name,
      fix: suggestion(name, names),
    })
  }
  if (new Set(chosen).size !== chosen.length)
    throw layerError({
      code: 'input.repeated-column',
      message: 'A column is listed twice.',
      param: 'columns',
      expected: 'each column once',
      received: chosen.join(', '),
      fix: 'Remove the repetition.',
    })
  const features = chosen.length === 0 ? dataset.features : dataset.features.filter((f) => chosen.includes(f.name))
  if (features.length === 0)
    throw layerError({
      code: 'input.no-features',
      message: 'The data has no feature columns.',
      expected: 'at least one feature column',
      received: 'none',
      fix: 'Give at least one column the role "feature" in the data view.',
    })
  const text = features.find((feature) => feature.text)
  if (text && features.length > 1)
    throw layerError({
      code: 'input.mixed-columns',
      message: `The text "${text.name}" and other columns arrive at the same Input.`,
      param: 'columns',
      expected: `an Input of its own for "${text.name}"`,
      received: features.map((feature) => feature.name).join(', '),
      fix: `Choose "${text.name}" alone here, and add another Input for the other columns; ids of words mean nothing beside numbers.`,
    })
  return features
}

export const input = defineLayer({
  type: 'input',
  label: 'Input',
  keras: 'Input',
  category: 'io',
  icon: 'log-in',
  summary: 'Feeds feature columns of the data into the network.',
  help: 'Each sample is one row of the data after encoding (a one-hot column counts as many numbers as it has categories). Leave the shape empty for a vector of all its columns, or for the own shape of a single column of images or other arrays; or give a shape with the same number of elements, as $8 \\times 8 \\times 1$ for 64 pixels.',
  inputs: [],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    shape: {
      kind: 'shape',
      label: 'Shape',
      help: 'Dimensions of one sample without the batch. Empty: one vector as wide as the columns, or the shape of the images.',
      keras: 'shape',
      default: [],
      maxRank: 4,
      searchable: false,
    },
    columns: {
      kind: 'columns',
      label: 'Columns',
      help: 'Feature columns this input takes. Empty: all.',
      default: [],
      searchable: false,
    },
  },
  infer(context) {
    const shape = shapeParam(context.params, 'shape')
    const features = featuresTaken(context)
    const width = features?.reduce((sum, feature) => sum + feature.width, 0)
    if (shape.includes(-1))
      throw layerError({
        code: 'input.shape',
        message: 'The shape of an input must be fixed.',
        param: 'shape',
        expected: 'positive integers',
        received: shape.join(' x '),
        fix: 'Replace -1 by the number of elements.',
      })
    if (shape.length === 0) {
      if (width === undefined)
        throw layerError({
          code: 'input.no-data',
          message: 'The shape is not known: there is no data yet and none was given.',
          param: 'shape',
          expected: 'data, or a shape',
          received: 'neither',
          fix: 'Choose data in the data view, or set the shape.',
        })
      const own = features?.length === 1 ? features[0]!.shape : undefined
      return [[-1, ...(own ?? [width ?? 0])]]
    }
    const size = shape.reduce((product, dimension) => product * dimension, 1)
    if (width !== undefined && size !== width)
      throw layerError({
        code: 'input.shape',
        message: `The shape ${formatShape(shape)} holds ${size} numbers, its columns ${width}.`,
        param: 'shape',
        expected: `${width} elements`,
        received: `${size} elements`,
        fix: `Clear the shape for a vector of ${width}, or give dimensions whose product is ${width}.`,
      })
    return [[-1, ...shape]]
  },
  weights: () => [],
  headline(params) {
    const shape = shapeParam(params, 'shape')
    const columns = columnsParam(params, 'columns')
    const facts = shape.length > 0 ? [formatShape(shape)] : []
    return columns.length > 0
      ? [...facts, `${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`]
      : [...facts, 'all features']
  },
  samples: [
    { inputs: [], params: { shape: [4] } },
    { inputs: [], params: { shape: [8, 8, 1] } },
  ],
})
