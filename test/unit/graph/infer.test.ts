import { describe, expect, it } from 'vitest'
import { setParam } from '../../../engine/graph/edit.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { draw, irisData, single } from './documents.ts'

describe('inferDocument', () => {
  it('counts 25 weights of a 4-5-1 network without biases (course, example 8)', () => {
    const document = draw(
      {
        in: ['input', { shape: [4] }],
        hidden: ['dense', { units: 5, useBias: false }],
        last: ['dense', { units: 1, useBias: false }],
        out: ['output'],
      },
      ['in -> hidden', 'hidden -> last', 'last -> out'],
    )
    const inference = inferDocument(document)
    expect(inference.parameters).toBe(25)
    expect(inference.nodes.hidden?.parameters).toBe(20)
    expect(inference.nodes.out?.inputs).toEqual([[-1, 1]])
  })

  it('takes the width of an Input from the data, one-hot columns counting each of their numbers', () => {
    const dataset = { ...irisData, features: [...irisData.features, { name: 'colour', width: 3 }] }
    expect(inferDocument(single(3, 'softmax'), dataset).nodes.in?.outputs).toEqual([[-1, 7]])
    const chosen = single(3, 'softmax', 'auto', { columns: ['colour', 'petal_width'] })
    expect(inferDocument(chosen, dataset).nodes.in?.outputs).toEqual([[-1, 4]])
  })

  it('keeps moving statistics and frozen layers out of the trainable count', () => {
    const document = draw(
      { in: ['input', { shape: [4] }], norm: ['batch_normalization'], last: ['dense', { units: 2 }], out: ['output'] },
      ['in -> norm', 'norm -> last', 'last -> out'],
    )
    expect(inferDocument(document)).toMatchObject({ parameters: 26, trainable: 18, nonTrainable: 8 })
    const last = document.nodes.last!
    const frozen = { ...document, nodes: { ...document.nodes, last: { ...last, frozen: true } } }
    expect(inferDocument(frozen)).toMatchObject({ parameters: 26, trainable: 8, nonTrainable: 18 })
  })

  it('infers what it can of a drawing in progress', () => {
    const document = draw(
      {
        in: ['input', { shape: [4] }],
        a: ['dense', { units: 3 }],
        lonely: ['dense'],
        after: ['dropout'],
        sum: ['add'],
      },
      ['in -> a', 'lonely -> after', 'a -> sum'],
    )
    const { nodes } = inferDocument(document)
    expect(nodes.a).toMatchObject({ complete: true, outputs: [[-1, 3]] })
    for (const id of ['lonely', 'after', 'sum']) expect(nodes[id]).toMatchObject({ complete: false, outputs: [] })
    expect(nodes.lonely?.problem).toBeUndefined()
  })

  it('carries the problem of the layer that refuses and lets those after it wait', () => {
    const document = draw(
      { in: ['input', { shape: [12] }], shape: ['reshape', { targetShape: [5, -1] }], after: ['dense'] },
      ['in -> shape', 'shape -> after'],
    )
    const { nodes } = inferDocument(document)
    expect(nodes.shape?.problem).toMatchObject({ code: 'layer.reshape', param: 'targetShape', port: 'input' })
    expect(nodes.after).toMatchObject({ complete: false })
    expect(nodes.after?.problem).toBeUndefined()
  })

  it('survives a cycle, an unknown layer and an edge to nowhere', () => {
    const document = draw({ in: ['input', { shape: [2] }], a: ['dense'], b: ['dense'] }, ['in -> a', 'a -> b'])
    const edges = {
      ...document.edges,
      x: { id: 'x', from: { node: 'b', port: 'output' }, to: { node: 'a', port: 'input' }, order: 1 },
      y: { id: 'y', from: { node: 'gone', port: 'output' }, to: { node: 'b', port: 'input' }, order: 1 },
    }
    const odd = { id: 'odd', type: 'no_such_layer', name: 'odd', params: {}, position: { x: 0, y: 0 } }
    const inference = inferDocument({ format: 2, nodes: { ...document.nodes, odd }, edges })
    expect(inference.cycles).toHaveLength(1)
    expect(inference.nodes.odd).toMatchObject({ complete: false })
    expect(inference.nodes.in).toMatchObject({ complete: true })
  })

  it('computes again only what an edit changes', () => {
    const document = draw({ in: ['input', { shape: [4] }], a: ['dense'], b: ['dense'], c: ['dense', { units: 2 }] }, [
      'in -> a',
      'a -> b',
      'b -> c',
    ])
    const before = inferDocument(document)
    const edit = setParam(document, 'b', 'units', 7)
    if (!edit.ok) throw new Error(edit.problem.message)
    const after = inferDocument(applyPatch(document, edit.patch))
    expect(after.nodes.a).toBe(before.nodes.a)
    expect(after.nodes.b?.outputs).toEqual([[-1, 7]])
    expect(after.nodes.c).not.toBe(before.nodes.c)
    expect(after.nodes.c?.outputs).toEqual([[-1, 2]])
  })

  it('answers an edit of a 500-layer network within 20 ms', { retry: 2 }, () => {
    const layers = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`n${i}`, ['dense', { units: 8 }] as const]),
    )
    const edges = Array.from({ length: 499 }, (_, index) => `n${index} -> n${index + 1}`)
    let document = draw({ in: ['input', { shape: [8] }], ...layers }, ['in -> n0', ...edges])
    inferDocument(document)
    const times: number[] = []
    for (let round = 0; round < 9; round += 1) {
      const edit = setParam(document, 'n250', 'units', 9 + round)
      if (!edit.ok) throw new Error(edit.problem.message)
      document = applyPatch(document, edit.patch)
      const start = performance.now()
      const { nodes } = inferDocument(document)
      times.push(performance.now() - start)
      expect(nodes.n251?.weights[0]?.shape).toEqual([9 + round, 8])
    }
    expect(times.sort((a, b) => a - b)[4]).toBeLessThan(20)
  })
})
