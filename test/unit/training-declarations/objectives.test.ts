import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import type { DatasetSignature, GraphDocument } from '../../../engine/graph/document.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { objectivesOf } from '../../../engine/training/objectives.ts'
import { binaryData, draw, irisData, numericData, single } from '../graph/documents.ts'

const summary = (document: GraphDocument, dataset: typeof irisData) =>
  objectivesOf(document, dataset, inferDocument(document, dataset)).map((item) => [
    item.loss.type,
    item.loss.target,
    item.metrics.map((metric) => metric.type).join(' '),
  ])

describe('objectivesOf', () => {
  it.each([
    ['3 classes', single(3, 'softmax'), irisData, 'sparse_categorical_crossentropy', 'index', 'accuracy'],
    [
      'one-hot on request',
      single(3, 'softmax', 'categorical_crossentropy'),
      irisData,
      'categorical_crossentropy',
      'one-hot',
      'accuracy',
    ],
    ['2 classes, 1 unit', single(1, 'sigmoid'), binaryData, 'binary_crossentropy', 'index', 'accuracy'],
    ['2 classes, 2 units', single(2, 'softmax'), binaryData, 'sparse_categorical_crossentropy', 'index', 'accuracy'],
    [
      'squares on classes',
      single(3, 'softmax', 'mean_squared_error'),
      irisData,
      'mean_squared_error',
      'one-hot',
      'accuracy',
    ],
    ['a number', single(1, 'linear'), numericData, 'mean_squared_error', 'value', 'mean_absolute_error'],
    [
      'absolute error',
      single(1, 'linear', 'mean_absolute_error'),
      numericData,
      'mean_absolute_error',
      'value',
      'mean_squared_error',
    ],
  ])('chooses loss, encoding and metrics for %s', (_, document, dataset, ...expected) => {
    expect(summary(document, dataset)).toEqual([expected])
  })

  it('gives one objective an Output, with its weight', () => {
    const dataset = { ...irisData, targets: [...irisData.targets, { column: 'height', kind: 'numeric' as const }] }
    const document = draw(
      {
        in: ['input'],
        a: ['dense', { units: 3, activation: 'softmax' }],
        b: ['dense', { units: 1 }],
        kind: ['output', { target: 'species' }],
        size: ['output', { target: 'height', weight: 0.5 }],
      },
      ['in -> a', 'in -> b', 'a -> kind', 'b -> size'],
    )
    const objectives = objectivesOf(document, dataset, inferDocument(document, dataset))
    expect(objectives.map((item) => [item.output, item.weight, item.loss.type])).toEqual([
      ['kind', 1, 'sparse_categorical_crossentropy'],
      ['size', 0.5, 'mean_squared_error'],
    ])
  })

  it('throws the problem of the Output, with its name', () => {
    expect(() => summary(single(4, 'softmax'), irisData)).toThrowError(
      expect.objectContaining({
        details: expect.objectContaining({ code: 'loss.shape', where: 'out', received: '4 units' }),
      }),
    )
    expect(() => summary(draw({ in: ['input'] }, []), irisData)).toThrowError(
      expect.objectContaining({ code: 'graph.no-output' }),
    )
  })

  describe('of several target columns', () => {
    const yesOrNo = { kind: 'classes' as const, classes: ['no', 'yes'] }
    const faults = { ...binaryData, targets: ['hot', 'loose'].map((column) => ({ column, ...yesOrNo })) }
    const sizes = {
      ...binaryData,
      targets: ['height', 'width'].map((column) => ({ column, kind: 'numeric' as const })),
    }
    const together = (units: number, activation: string, params: JsonObject) =>
      draw({ in: ['input'], last: ['dense', { units, activation }], out: ['output', params] }, [
        'in -> last',
        'last -> out',
      ])
    const findings = (document: GraphDocument, dataset: DatasetSignature) =>
      validateDocument(document, { dataset }).filter(({ severity }) => severity === 'error')

    it('takes binary cross-entropy for labels, squares for numbers', () => {
      const labels = together(2, 'sigmoid', { targets: ['hot', 'loose'] })
      expect(summary(labels, faults)).toEqual([['binary_crossentropy', 'value', 'accuracy']])
      const numbers = together(2, 'linear', { targets: ['height', 'width'], metricList: ['r2_score'] })
      expect(summary(numbers, sizes)).toEqual([['mean_squared_error', 'value', 'mean_absolute_error r2_score']])
      expect(findings(labels, faults)).toEqual([])
      expect(findings(numbers, sizes)).toEqual([])
    })

    it('keeps to the one column that is named', () => {
      expect(summary(together(1, 'sigmoid', { targets: ['loose'] }), faults)[0]?.[0]).toBe('binary_crossentropy')
      expect(summary(together(1, 'sigmoid', { target: 'hot' }), faults)[0]?.[0]).toBe('binary_crossentropy')
    })

    it('offers to predict all where none is named, and repairs the units', () => {
      const open = together(1, 'linear', {})
      const [finding] = findings(open, faults)
      expect(finding).toMatchObject({ code: 'output.ambiguous-target', node: 'out', param: 'target' })
      const chosen = applyPatch(open, finding!.repair!)
      expect(chosen.nodes.out?.params).toEqual({ targets: ['hot', 'loose'] })
      const [units] = findings(chosen, faults)
      expect(units).toMatchObject({ code: 'loss.shape', expected: '2 units', received: '1 unit' })
      expect(findings(applyPatch(chosen, units!.repair!), faults)).toEqual([])
    })

    it('refuses softmax over labels, classes of which one is right, kinds that differ and columns that are not there', () => {
      const labels = { targets: ['hot', 'loose'] }
      const [softmax] = findings(together(2, 'softmax', labels), faults)
      expect(softmax).toMatchObject({ code: 'objective.activation', node: 'last', expected: 'sigmoid' })
      const sparse = { ...labels, loss: 'sparse_categorical_crossentropy' }
      expect(findings(together(2, 'softmax', sparse), faults)).toMatchObject([{ code: 'loss.shape', node: 'out' }])
      const mixed = { ...binaryData, targets: [...faults.targets, ...sizes.targets] }
      expect(findings(together(2, 'linear', { targets: ['hot', 'width'] }), mixed)).toMatchObject([
        { code: 'output.mixed-targets', node: 'out', received: 'hot: 2 classes; width: numbers' },
      ])
      expect(findings(together(2, 'linear', { targets: ['hot', 'lose'] }), faults)).toMatchObject([
        { code: 'output.unknown-target', received: 'lose' },
      ])
      const metric = { ...labels, metricList: ['auroc'] }
      expect(findings(together(2, 'sigmoid', metric), faults)).toMatchObject([{ code: 'output.metric' }])
    })
  })

  it('takes the one-hot form where class labels are to be smoothed', () => {
    const smoothed = single(3, 'softmax')
    const out = smoothed.nodes.out!
    const document = { ...smoothed, nodes: { ...smoothed.nodes, out: { ...out, params: { labelSmoothing: 0.1 } } } }
    expect(summary(document, irisData)).toEqual([['categorical_crossentropy', 'one-hot', 'accuracy']])
  })
})
