import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import type { ColumnTransform } from '../../../engine/data/dataset.ts'
import type { DatasetSignature } from '../../../engine/graph/document.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { objectivesOf } from '../../../engine/training/objectives.ts'
import { featureOf } from '../../../engine/training/prepare.ts'
import { compileOf, documentOf, type Part, signatureOf } from '../../support/model.ts'
import { sessionOf } from '../../support/run-model.ts'

const STEPS = 4
const tokens: Part = { type: 'embedding', params: { inputDim: 6, outputDim: 3, maskZero: true } }
const dataset = signatureOf(STEPS)

const lost = (parts: Record<string, Part>) =>
  validateDocument(documentOf(parts), { dataset }).filter(({ code }) => code === 'graph.mask-lost')

describe('a mask', () => {
  it('comes from an Embedding that masks zero and passes through layers that treat steps alike', () => {
    const document = documentOf({
      in: { type: 'input' },
      tokens,
      wide: { type: 'dense', params: { units: 5, activation: 'relu' } },
      dropped: { type: 'dropout' },
      scaled: { type: 'layer_normalization' },
      mean: { type: 'global_average_pooling1d' },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output' },
    })
    const { nodes } = inferDocument(document, dataset)
    for (const name of ['tokens', 'wide', 'dropped', 'scaled']) expect(nodes[name]?.masks).toEqual([[-1, STEPS]])
    expect(nodes.mean).toMatchObject({ inputMasks: [[-1, STEPS]], masks: [null] })
    expect(validateDocument(document, { dataset }).filter(({ code }) => code === 'graph.mask-lost')).toEqual([])
  })

  it('is not there when the Embedding does not mask zero, and follows an edit that switches it', () => {
    const document = documentOf({ in: { type: 'input' }, tokens, flat: { type: 'flatten' } })
    const off = { ...document.nodes.tokens!, params: { ...document.nodes.tokens!.params, maskZero: false } }
    const edited = { ...document, nodes: { ...document.nodes, tokens: off } }
    expect(inferDocument(document, dataset).nodes.flat?.inputMasks).toEqual([[-1, STEPS]])
    expect(inferDocument(edited, dataset).nodes.flat?.inputMasks).toEqual([null])
    expect(inferDocument(document, dataset).nodes.flat?.inputMasks).toEqual([[-1, STEPS]])
  })

  it('that reaches a layer without masks is named with layer, port and remedy', () => {
    const found = lost({ in: { type: 'input' }, tokens, flat: { type: 'flatten' }, out: { type: 'output' } })
    expect(found).toMatchObject([{ severity: 'warning', node: 'flat', port: 'input', where: 'flat.input' }])
    expect(found[0]?.message).toContain('Flatten takes no mask: the one from tokens ends here')
    expect(found[0]?.fix).toContain('GlobalAveragePooling1D')
  })

  it('that reaches an Output is taken account of there, and is no finding', () => {
    const document = documentOf({
      in: { type: 'input', params: { shape: [STEPS, 1] } },
      masking: { type: 'masking' },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output', params: { target: 'input:in' } },
    })
    expect(inferDocument(document, dataset).nodes.out?.inputMasks).toEqual([[-1, STEPS]])
    expect(validateDocument(document, { dataset }).filter(({ code }) => code === 'graph.mask-lost')).toEqual([])
  })

  it('that meets an input without one in a sum is named too', () => {
    const found = lost({
      in: { type: 'input' },
      tokens,
      bare: { ...tokens, params: { ...tokens.params, maskZero: false }, from: ['in'] },
      sum: { type: 'add', from: ['bare', 'tokens'] },
      out: { type: 'output' },
    })
    expect(found).toMatchObject([{ node: 'sum', port: 'inputs', received: 'the mask of tokens' }])
  })

  it('is joined along steps by Concatenate, inputs without one counting everywhere', () => {
    const { nodes } = inferDocument(
      documentOf({
        in: { type: 'input' },
        tokens,
        bare: { ...tokens, params: { ...tokens.params, maskZero: false }, from: ['in'] },
        long: { type: 'concatenate', params: { axis: 1 }, from: ['tokens', 'bare'] },
        wide: { type: 'concatenate', from: ['tokens', 'bare'] },
      }),
      dataset,
    )
    expect(nodes.long?.masks).toEqual([[-1, 2 * STEPS]])
    expect(nodes.wide?.masks).toEqual([[-1, STEPS]])
  })

  it('keeps padding out of the mean: the same prediction however long the padding', async () => {
    const document = documentOf({
      in: { type: 'input' },
      tokens,
      mean: { type: 'global_average_pooling1d' },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output' },
    })
    const model = compileOf({ document, dataset, loss: 'mean_squared_error', batchSize: 4 })
    const ids = Float32Array.of(3, 5, 0, 0, 0, 3, 0, 5, 3, 5, 5, 3, 0, 0, 0, 0)
    const targets = new Float32Array(4)
    const session = sessionOf(model, [ids, targets], 3)
    try {
      const outputs = [new Float32Array(4)]
      const rows = Int32Array.of(0, 1, 2, 3)
      const learningRates = new Float64Array(1)
      await session.run({ program: 'predict', rows, batchSize: 4, learningRates, iteration: 0, outputs })
      const [two, apart, four, none] = outputs[0] as Float32Array
      expect(apart).toBeCloseTo(two as number, 6)
      expect(four).toBeCloseTo(two as number, 6)
      expect(none).toBe(0)
    } finally {
      session.dispose()
    }
  })
})

describe('Masking of zeros', () => {
  const scaledBy = (movesZero?: 'standardize' | 'robust'): DatasetSignature => ({
    ...signatureOf(0),
    features: ['a', 'b', 'c', 'd'].map((name) => ({ name, width: 1, scaled: true, ...(name === 'b' && movesZero ? { movesZero } : {}) })), // biome-ignore format: one list
  })
  const padded = (maskValue = 0) =>
    documentOf({
      in: { type: 'input' },
      steps: { type: 'reshape', params: { targetShape: [4, 1] } },
      skip: { type: 'masking', params: { maskValue } },
      last: { type: 'lstm', params: { units: 2 } },
    })
  const found = (dataset: DatasetSignature, maskValue?: number) =>
    validateDocument(padded(maskValue), { dataset }).filter(({ code }) => code === 'masking.scaled-padding')

  it('is warned of where a column is scaled about its middle, which moves 0', () => {
    const [warning, ...more] = found(scaledBy('standardize'))
    expect(more).toEqual([])
    expect(warning).toMatchObject({
      severity: 'warning',
      node: 'skip',
      where: 'skip',
      message: expect.stringContaining('b is standardised'),
      expected: expect.stringMatching(/\S/),
      received: 'b, standardised',
      fix: expect.stringContaining('mask value'),
    })
    expect(found(scaledBy('robust'))[0]?.received).toBe('b, scaled by its quartiles')
  })

  it('is not where 0 stays 0, or where another value is masked', () => {
    expect(found(scaledBy())).toEqual([])
    expect(found(scaledBy('standardize'), -1)).toEqual([])
  })

  it('knows the transforms of a described column', () => {
    const column = (transform: ColumnTransform) => featureOf({ name: 'a', type: 'numeric', transform })
    expect(column('standardize').movesZero).toBe('standardize')
    expect(column('robust').movesZero).toBe('robust')
    for (const transform of ['none', 'min-max'] as const) expect(column(transform).movesZero).toBeUndefined()
  })
})

describe('a metric that counts whole samples', () => {
  const masked = (metrics: JsonObject) =>
    documentOf({
      in: { type: 'input' },
      skip: { type: 'masking' },
      last: { type: 'dense', params: { units: 1, activation: 'sigmoid' } },
      out: { type: 'output', params: metrics },
    })
  const binary: DatasetSignature = { ...signatureOf(3), targets: [{ column: 'y', kind: 'classes', classes: ['no', 'yes'] }] } // biome-ignore format: one record
  const problems = (metrics: JsonObject) =>
    validateDocument(masked(metrics), { dataset: binary }).filter(({ severity }) => severity === 'error')

  it.each(['auroc', 'pr_auc'])('is refused behind a mask of samples that it would not heed: %s', (metric) => {
    expect(problems({ metricList: [metric] })).toMatchObject([
      { code: 'output.metric', message: expect.stringContaining('mask'), received: metric, where: 'out' },
    ])
  })

  it('is left out of all that fit, and others are kept', () => {
    expect(problems({ metrics: 'all' })).toEqual([])
    expect(problems({ metricList: ['f1', 'log_loss'] })).toEqual([])
    const document = masked({ metrics: 'all' })
    const types = objectivesOf(document, binary, inferDocument(document, binary))[0]!.metrics.map(({ type }) => type)
    expect(types).toContain('f1')
    expect(types).not.toContain('auroc')
  })
})
