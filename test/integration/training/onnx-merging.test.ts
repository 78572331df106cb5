import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { documentOf, type Part } from '../../support/model.ts'
import { exportedNumbers } from './exported-numbers.ts'
import { type Project, textProject } from './projects.ts'

const native = loadNative()
const COLUMNS = 3
const ROWS = 24
/** Ids of an Embedding come as they are in the table. */
const VOCABULARY = 5

const header = [...Array.from({ length: COLUMNS }, (_, index) => `x${index}`), 'y'].join(',')
const lines = Array.from({ length: ROWS }, (_, row) => {
  const ids = Array.from({ length: COLUMNS }, (_id, index) => Math.floor((row * 37) / VOCABULARY ** index) % VOCABULARY)
  return [...ids, Math.cos(row).toFixed(4)].join(',')
})

const branch = (): Part => ({ type: 'dense', params: { units: 6, activation: 'tanh' }, from: ['in'] })
const branches = { a: branch(), b: branch(), c: branch() }

const cases: Record<string, Record<string, Part>> = {
  'maximum, minimum and average of three': {
    ...branches,
    most: { type: 'maximum', from: ['a', 'b', 'c'] },
    least: { type: 'minimum', from: ['a', 'b', 'c'] },
    mean: { type: 'average', from: ['a', 'b', 'c'] },
    all: { type: 'concatenate', from: ['most', 'least', 'mean'] },
  },
  'difference and product': {
    ...branches,
    gate: { type: 'multiply', from: ['a', 'b'] },
    rest: { type: 'subtract', from: ['gate', 'c'] },
  },
  'layer normalisation with and without weights': {
    a: branch(),
    normal: { type: 'layer_normalization' },
    square: { type: 'reshape', params: { targetShape: [2, 3] } },
    scaled: { type: 'layer_normalization', params: { center: false, epsilon: 1e-5 } },
    centred: { type: 'layer_normalization', params: { scale: false, epsilon: 0.1 } },
  },
  'numbers rescaled': {
    rescaled: { type: 'rescaling', params: { scale: 0.25, offset: -1 } },
    shifted: { type: 'rescaling', params: { offset: 0.5 } },
  },
  'shapes that are repeated, reduced and cut': {
    a: branch(),
    square: { type: 'reshape', params: { targetShape: [2, 3] }, from: ['a'] },
    most: { type: 'reduce', params: { reduction: 'max', axis: 1, keepDims: true }, from: ['square'] },
    least: { type: 'reduce', params: { reduction: 'min' }, from: ['square'] },
    mean: { type: 'reduce', params: { axis: -1, keepDims: true }, from: ['square'] },
    gate: { type: 'multiply', from: ['square', 'most'] },
    part: { type: 'slice', params: { axis: 1, begin: -1 }, from: ['gate'] },
    all: { type: 'add', from: ['part', 'mean', 'square'] },
    flat: { type: 'flatten', from: ['all'] },
    joined: { type: 'concatenate', from: ['flat', 'least'] },
  },
  embedding: {
    looked: { type: 'embedding', params: { inputDim: VOCABULARY, outputDim: 4 } },
    normal: { type: 'layer_normalization' },
  },
}

const tokens: Part = { type: 'embedding', params: { inputDim: VOCABULARY, outputDim: 4, maskZero: true }, from: ['in'] }
const others: Part = { ...tokens, params: { ...tokens.params, maskZero: false } }

/** Attention over the ids as tokens, of which 0 is padding. */
const attentive: Record<string, Record<string, Part>> = {
  'a transformer block over masked tokens with learned positions': {
    tokens,
    placed: { type: 'position_embedding' },
    block: { type: 'transformer_encoder', params: { numHeads: 2, intermediateDim: 5 } },
    first: {
      type: 'transformer_encoder',
      params: { numHeads: 4, intermediateDim: 3, normalizeFirst: true, activation: 'gelu', causal: true },
    },
    mean: { type: 'global_average_pooling1d' },
  },
  'attention of several heads between two sequences, with waves': {
    tokens,
    others,
    waves: { type: 'sine_position_encoding' },
    heads: { type: 'multi_head_attention', params: { numHeads: 3, keyDim: 2 }, from: ['waves', 'tokens', 'others'] },
    joined: { type: 'add', from: ['heads', 'waves'] },
  },
  'scored attention, causal and masked': {
    tokens,
    dots: { type: 'attention', params: { useScale: true, causal: true }, from: ['tokens', 'tokens'] },
    sums: { type: 'additive_attention', from: ['dots', 'tokens'] },
    concat: { type: 'attention', params: { scoreMode: 'concat', causal: true }, from: ['sums', 'sums'] },
  },
  'masks joined, products, orders and repeats': {
    tokens,
    others,
    long: { type: 'concatenate', params: { axis: 1 }, from: ['tokens', 'others'] },
    skipped: { type: 'masking' },
    turned: { type: 'permute' },
    cosines: { type: 'dot', params: { axis: 1, normalize: true }, from: ['skipped', 'turned'] },
    mean: { type: 'global_average_pooling1d', params: { keepDims: true }, from: ['long'] },
    vector: { type: 'flatten', from: ['mean'] },
    repeated: { type: 'repeat_vector', params: { n: 4 } },
    all: { type: 'add', from: ['cosines', 'repeated'] },
  },
}

/** A network around the parts, on the table as it is. */
function projectOf(parts: Record<string, Part>): Project {
  const raw = textProject([header, ...lines].join('\n'), [], { epochs: 2, batchSize: 4 }, (description) => ({
    ...description,
    columns: description.columns.map((column) =>
      column.role === 'target' ? column : { ...column, type: 'numeric', transform: 'none' },
    ),
  }))
  const document = documentOf({
    in: { type: 'input' },
    ...parts,
    flattened: { type: 'flatten' },
    last: { type: 'dense', params: { units: 1 } },
    out: { type: 'output' },
  })
  return { ...raw, document }
}

describe('an exported model', () => {
  it.each(Object.entries({ ...cases, ...attentive }))('with %s gives the numbers of the engine', async (_, parts) => {
    const project = projectOf(parts)
    const { model } = await createTrainer({ native }).train(project)
    const rows = Int32Array.from({ length: ROWS }, (_row, index) => index)
    const { exported, found, expected } = await exportedNumbers(model, project, rows)
    expect(exported.inputs).toHaveLength(1)
    expect(found.length).toBe(ROWS)
    const worst = Math.max(...expected.map((value, row) => Math.abs(value - found[row]!)))
    expect(worst).toBeLessThan(1e-5)
    expect(new Set([...found].map((value) => value.toFixed(5))).size).toBeGreaterThan(ROWS / 4)
  })
})

describe('an id outside the table of an Embedding', () => {
  it('stops the training with an error instead of learning from another row', async () => {
    const project = projectOf({ looked: { type: 'embedding', params: { inputDim: VOCABULARY - 2, outputDim: 4 } } })
    await expect(createTrainer({ native }).train(project)).rejects.toMatchObject({ code: 'training.diverged' })
  })
})
