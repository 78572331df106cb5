import { describe, expect, it } from 'vitest'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { binaryData, draw, single } from './documents.ts'

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
