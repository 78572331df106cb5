import { describe, expect, it } from 'vitest'
import type { DatasetSignature } from '../../../engine/graph/document.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { draw } from './documents.ts'

const mixed: DatasetSignature = {
  rowCount: 100,
  features: [
    { name: 'image', width: 12, shape: [2, 2, 3], scaled: true },
    { name: 'text', width: 5, ids: 300, text: true },
    { name: 'size', width: 1, scaled: true },
    { name: 'grade', width: 1, ids: 4 },
  ],
  targets: [{ column: 'y', kind: 'classes', classes: ['no', 'yes'] }],
}

const embed = (columns: string[], inputDim: number) =>
  draw(
    {
      in: ['input', { columns }],
      lookup: ['embedding', { inputDim, outputDim: 3 }],
      flat: ['flatten'],
      last: ['dense', { units: 1, activation: 'sigmoid' }],
      out: ['output'],
    },
    ['in -> lookup', 'lookup -> flat', 'flat -> last', 'last -> out'],
  )

describe('an Input', () => {
  it('takes the shape of the images it feeds, and a vector of several columns', () => {
    const shapeOf = (columns: string[]) => {
      const document = draw({ in: ['input', { columns }] }, [])
      return inferDocument(document, mixed).nodes.in!.outputs[0]
    }
    expect(shapeOf(['image'])).toEqual([-1, 2, 2, 3])
    expect(shapeOf(['text'])).toEqual([-1, 5])
    expect(shapeOf(['image', 'size'])).toEqual([-1, 13])
  })

  it('refuses text beside other columns', () => {
    expect(validateDocument(embed([], 300), { dataset: mixed })).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'input.mixed-columns', node: 'in', param: 'columns' }),
    )
  })

  it('of text warns when a layer computes with its ids', () => {
    const document = draw(
      { in: ['input', { columns: ['text'] }], last: ['dense', { units: 1, activation: 'sigmoid' }], out: ['output'] },
      ['in -> last', 'last -> out'],
    )
    expect(validateDocument(document, { dataset: mixed })).toMatchObject([
      { severity: 'warning', code: 'input.text-without-embedding', node: 'last' },
    ])
  })
})

describe('an Embedding', () => {
  it('is content with ids that its table holds', () => {
    expect(validateDocument(embed(['text'], 300), { dataset: mixed })).toEqual([])
    expect(validateDocument(embed(['grade'], 4), { dataset: mixed })).toEqual([])
  })

  it('smaller than the vocabulary is refused, with the repair', () => {
    const document = embed(['text'], 299)
    const [problem] = validateDocument(document, { dataset: mixed })
    expect(problem).toMatchObject({ severity: 'error', code: 'embedding.vocabulary', node: 'lookup', received: '299' })
    const repaired = applyPatch(document, problem!.repair!)
    expect(repaired.nodes.lookup!.params.inputDim).toBe(300)
    expect(validateDocument(repaired, { dataset: mixed })).toEqual([])
  })

  it.each(['size', 'image'])('refuses %s, whose numbers are scaled', (column) => {
    const [problem] = validateDocument(embed([column], 1000), { dataset: mixed })
    expect(problem).toMatchObject({
      severity: 'error',
      code: 'embedding.scaled-columns',
      node: 'lookup',
      port: 'input',
    })
    expect(problem!.fix).toContain(column)
  })
})
