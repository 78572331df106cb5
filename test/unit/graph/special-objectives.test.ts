import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import type { DatasetSignature, GraphDocument } from '../../../engine/graph/document.ts'
import { rename } from '../../../engine/graph/edit.ts'
import { duplicate } from '../../../engine/graph/fragment.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { binaryData, draw, numericData, single } from './documents.ts'

describe('the perceptron rule', () => {
  const check = (document: Parameters<typeof validateDocument>[0]) =>
    validateDocument(document, { dataset: binaryData })

  it('is at home right behind a step, which learns then', () => {
    expect(check(single(1, 'step', 'perceptron'))).toEqual([])
    expect(check(single(1, 'step'))).toMatchObject([{ code: 'advice.step-gradient' }])
  })

  it('is refused behind another function, with a repair', () => {
    const document = single(1, 'sigmoid', 'perceptron')
    const [problem] = check(document)
    expect(problem).toMatchObject({
      severity: 'error',
      code: 'objective.needs-activation',
      node: 'last',
      param: 'activation',
      expected: 'step',
      received: 'sigmoid',
    })
    expect(check(applyPatch(document, problem!.repair!))).toEqual([])
  })

  it('is refused where another layer stands between', () => {
    const document = draw(
      {
        in: ['input'],
        last: ['dense', { units: 1, activation: 'step' }],
        drop: ['dropout'],
        out: ['output', { loss: 'perceptron' }],
      },
      ['in -> last', 'last -> drop', 'drop -> out'],
    )
    expect(check(document)[0]).toMatchObject({ code: 'objective.needs-activation', node: 'out', param: 'loss' })
  })
})

describe('an autoencoder', () => {
  const data = { ...numericData, targets: [] }
  const check = (document: GraphDocument, dataset: DatasetSignature | undefined = data) =>
    validateDocument(document, { dataset })
  const coder = (units: number, output: JsonObject, input: JsonObject = {}) =>
    draw(
      {
        in: ['input', input],
        code: ['dense', { units: 3 }],
        last: ['dense', { units, activation: 'sigmoid' }],
        out: ['output', output],
      },
      ['in -> code', 'code -> last', 'last -> out'],
    )

  it('names an Input as its target and needs no target column, nor data', () => {
    expect(check(coder(10, { target: 'input:in' }))).toEqual([])
    expect(check(coder(10, { target: 'input:in', loss: 'binary_crossentropy' }))).toEqual([])
    expect(validateDocument(coder(10, { target: 'input:in' }, { shape: [10] }))).toEqual([])
  })

  it('is offered where the data has no target and the shape of an Input arrives', () => {
    const document = coder(10, {})
    const [problem] = check(document)
    expect(problem).toMatchObject({ code: 'output.no-target', repair: { label: 'Reconstruct in' } })
    expect(check(applyPatch(document, problem!.repair!))).toEqual([])
    expect(check(coder(9, {}))[0]).toMatchObject({ code: 'output.no-target', repair: undefined })
  })

  it('must give back the shape of the Input; the last Dense is repaired', () => {
    const document = coder(9, { target: 'input:in' })
    const [problem] = check(document)
    expect(problem).toMatchObject({ code: 'loss.shape', node: 'out', expected: 'N x 10', received: 'N x 9' })
    expect(problem?.repair?.label).toBe('Set last to 10 units')
    expect(check(applyPatch(document, problem!.repair!))).toEqual([])
    const image = check(coder(10, { target: 'input:in' }, { shape: [2, 5] }))[0]
    expect(image).toMatchObject({ code: 'loss.shape', expected: 'N x 2 x 5' })
  })

  it('is told of an Input that is not there and of a loss over classes', () => {
    expect(check(coder(10, { target: 'input:inn' }))[0]).toMatchObject({
      code: 'output.unknown-input',
      node: 'out',
      param: 'target',
      expected: 'input:in',
    })
    const document = coder(10, { target: 'input:in', loss: 'sparse_categorical_crossentropy' })
    const [problem] = check(document)
    expect(problem).toMatchObject({ code: 'loss.shape', param: 'loss' })
    expect(check(applyPatch(document, problem!.repair!))).toEqual([])
  })

  it('keeps its Input when that is renamed, and takes the copy when both are pasted', () => {
    const document = coder(10, { target: 'input:in' })
    const edit = rename(document, 'in', 'pixels')
    if (!edit.ok) throw new Error(edit.problem.message)
    const renamed = applyPatch(document, edit.patch)
    expect(renamed.nodes.out?.params.target).toBe('input:pixels')
    const { patch } = duplicate(renamed, ['in', 'out'])
    const copies = Object.values(applyPatch(renamed, patch).nodes).filter(({ type }) => type === 'output')
    expect(copies.map(({ params }) => params.target)).toEqual(['input:pixels', 'input:pixels_1'])
  })
})
