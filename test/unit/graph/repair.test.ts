import { describe, expect, it } from 'vitest'
import { formatShape } from '../../../engine/base/shape.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { draw } from './documents.ts'

const columns = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`)

/** An Input of that shape (a number: a vector of as many columns) into a layer. */
function fed(shape: readonly number[], type: string) {
  const size = shape.reduce((product, each) => product * each, 1)
  const params = shape.length === 1 ? {} : { shape: [...shape] }
  const document = draw({ in: ['input', params], layer: [type], out: ['output'] }, ['in -> layer', 'layer -> out'])
  const features = columns(size).map((name) => ({ name, width: 1 }))
  return { document, dataset: { rowCount: 10, features, targets: [{ column: 'y', kind: 'numeric' as const }] } }
}

describe('an input with too few or too many axes', () => {
  it.each([
    [[64], 'conv2d', 'N x 8 x 8 x 1'],
    [[48], 'conv2d', 'N x 4 x 4 x 3'],
    [[8, 6], 'max_pooling2d', 'N x 8 x 6 x 1'],
    [[12], 'conv1d', 'N x 12 x 1'],
    [[12], 'lstm', 'N x 12 x 1'],
    [[4, 5, 3], 'gru', 'N x 4 x 15'],
    [[27], 'conv3d', 'N x 3 x 3 x 3 x 1'],
    [[4, 4, 2], 'conv3d', 'N x 4 x 4 x 2 x 1'],
    [[4, 5], 'repeat_vector', 'N x 20'],
  ])('%j into %s is laid out as %s', (shape, type, wanted) => {
    const { document, dataset } = fed(shape, type)
    const problem = validateDocument(document, { dataset }).find(({ code }) => code === 'layer.rank')
    expect(problem?.repair?.label).toBe(type === 'repeat_vector' ? 'Insert Flatten' : `Insert Reshape to ${wanted}`)
    const repaired = applyPatch(document, problem!.repair!)
    const inference = inferDocument(repaired, dataset)
    expect(formatShape(inference.nodes.layer!.inputs[0]!)).toBe(wanted)
    expect(validateDocument(repaired, { dataset }).map(({ code }) => code)).not.toContain('layer.rank')
  })

  it.each([
    [[10], 'conv2d'],
    [[10], 'conv3d'],
    [[2, 3, 4, 5], 'conv2d'],
  ])('%j into %s has no plain layout, so none is offered', (shape, type) => {
    const { document, dataset } = fed(shape, type)
    const problem = validateDocument(document, { dataset }).find(({ code }) => code === 'layer.rank')
    expect(problem).toBeDefined()
    expect(problem?.repair).toBeUndefined()
  })
})
