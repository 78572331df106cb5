import { describe, expect, it } from 'vitest'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
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

  it('takes the one-hot form where class labels are to be smoothed', () => {
    const smoothed = single(3, 'softmax')
    const out = smoothed.nodes.out!
    const document = { ...smoothed, nodes: { ...smoothed.nodes, out: { ...out, params: { labelSmoothing: 0.1 } } } }
    expect(summary(document, irisData)).toEqual([['categorical_crossentropy', 'one-hot', 'accuracy']])
  })
})
