import { describe, expect, it } from 'vitest'
import type { TokenSettings } from '../../../engine/data/dataset.ts'
import { inferDataset } from '../../../engine/data/infer.ts'
import { encodeFeatures, fitPreprocessing, rowsWithoutMissing } from '../../../engine/data/preprocess.ts'
import { profileTable } from '../../../engine/data/profile.ts'
import { countTokens, fitVocabulary, suggestTokens, tokenize } from '../../../engine/data/tokens.ts'
import { validateDataset } from '../../../engine/data/validate.ts'

const words: TokenSettings = { level: 'word', standardize: true, vocabulary: 100, length: 4 }
const bytesOf = (text: string) => new TextEncoder().encode(text)
const sentences = [
  'The cat sat on the mat.',
  'A dog, a CAT!',
  'the end',
  'nothing to see here at all',
  'mat and cat again now',
]
const table = (texts: readonly string[]) =>
  inferDataset(bytesOf(`text,y\n${texts.map((text, k) => `"${text}",${'kml'[k % 2]}`).join('\n')}\n`), 't.csv', {
    types: { text: 'text' },
  })

describe('tokens', () => {
  it('are lower-case words without punctuation, or characters', () => {
    expect(tokenize("  It's 5 o'clock,\tDon’t-panic ", words)).toEqual(['its', '5', 'oclock', 'don’tpanic'])
    expect(tokenize('A b.', { level: 'word', standardize: false })).toEqual(['A', 'b.'])
    expect(tokenize('aé😀 ', { level: 'character', standardize: false })).toEqual(['a', 'é', '😀', ' '])
    expect(tokenize(' ... ', words)).toEqual([])
  })

  it('are counted, the most frequent first, ties from the end of the alphabet as in Keras', () => {
    expect(countTokens(['b a', 'c a', null], words)).toEqual([
      { label: 'a', count: 2 },
      { label: 'c', count: 1 },
      { label: 'b', count: 1 },
    ])
    expect(fitVocabulary(['b a', 'c a'], { ...words, vocabulary: 4 })).toEqual(['a', 'c'])
  })

  it('get settings that suit the texts', () => {
    expect(suggestTokens(sentences)).toMatchObject({ level: 'word', standardize: true, length: 6 })
    expect(suggestTokens(['acgt', 'ggat'])).toEqual({
      level: 'character',
      standardize: false,
      vocabulary: 6,
      length: 4,
    })
    const long = [...Array.from({ length: 99 }, () => 'one two three'), 'word '.repeat(500)]
    expect(suggestTokens(long).length).toBe(3)
  })
})

describe('a column of text', () => {
  it('is found by its sentences; short labels stay categories', () => {
    const csv = Array.from(
      { length: 30 },
      (_, k) => `row ${k} has these five words,${'kml'[k % 3]},${k % 2 ? 'a' : 'b'}`,
    )
    const { description } = inferDataset(bytesOf(`note,colour,y\n${csv.join('\n')}\n`), 't.csv')
    expect(description.columns.map(({ type }) => type)).toEqual(['text', 'categorical', 'categorical'])
    expect(description.columns[0]).toMatchObject({
      role: 'feature',
      transform: 'tokens',
      tokens: { level: 'word', length: 6 },
    })
  })

  it('becomes ids of the words of training rows: 0 pads, 1 is unknown, the end is cut', () => {
    const { description, table: rows } = table(sentences)
    description.columns[0]!.tokens = words
    const fitted = fitPreprocessing(rows, description, Int32Array.of(0, 1, 2))
    expect(fitted.features[0]).toMatchObject({
      width: 4,
      vocabulary: ['the', 'cat', 'a', 'sat', 'on', 'mat', 'end', 'dog'],
    })
    const { data, names } = encodeFeatures(rows, fitted)
    expect(names).toEqual(['text[0]', 'text[1]', 'text[2]', 'text[3]'])
    const row = (k: number) => [...data.slice(4 * k, 4 * k + 4)]
    expect(row(0)).toEqual([2, 3, 5, 6])
    expect(row(1)).toEqual([4, 9, 4, 3])
    expect(row(2)).toEqual([2, 8, 0, 0])
    expect(row(3)).toEqual([1, 1, 1, 1])
  })

  it('never learns a word from rows that do not train', () => {
    const { description, table: rows } = table(sentences)
    const fitted = fitPreprocessing(rows, description, Int32Array.of(0))
    expect(fitted.features[0]!.vocabulary).toEqual(['the', 'sat', 'on', 'mat', 'cat'])
  })

  it('pads an empty text, drops it, or refuses it', () => {
    const { description, table: rows } = table(['some words', '', 'other words', 'more', 'and', 'so on'])
    const column = description.columns[0]!
    const all = Int32Array.of(0, 1, 2, 3, 4, 5)
    const padded = encodeFeatures(rows, fitPreprocessing(rows, description, all))
    expect([...padded.data.slice(padded.width, 2 * padded.width)]).toEqual(new Array(padded.width).fill(0))
    column.missing = 'drop-row'
    expect([...rowsWithoutMissing(rows, description)]).toEqual([0, 2, 3, 4, 5])
    column.missing = 'error'
    expect(() => encodeFeatures(rows, fitPreprocessing(rows, description, all))).toThrow(
      expect.objectContaining({
        code: 'data.missing-value',
        details: expect.objectContaining({ where: expect.stringContaining('row 2') }),
      }),
    )
  })

  it('is refused when no text is left, or when it is the target', () => {
    const empty = table(['', '', '', ''])
    expect(validateDataset(empty.description, empty.table)).toMatchObject([{ code: 'data.all-missing' }])
    const dots = table(['...', '!', '??', '.'])
    dots.description.columns[0]!.tokens = words
    expect(() => fitPreprocessing(dots.table, dots.description, Int32Array.of(0, 1))).toThrow(
      expect.objectContaining({ code: 'data.all-missing' }),
    )
    const { description, table: rows } = table(sentences)
    description.columns[0]!.role = 'target'
    expect(validateDataset(description, rows).map(({ code }) => code)).toContain('data.target-type')
  })

  it('shows the lengths of its texts, its most frequent words, and what is cut off', () => {
    const { description, table: rows } = table(sentences)
    description.columns[0]!.tokens = words
    const [profile] = profileTable(rows, description)
    expect(profile).toMatchObject({ type: 'text', count: 5, missing: 0, distinct: 5 })
    expect(profile!.histogram.reduce((sum, bar) => sum + bar.count, 0)).toBe(5)
    expect(profile!.histogram[0]).toMatchObject({ from: 2 })
    expect(profile!.words!.slice(0, 2)).toEqual([
      { label: 'the', count: 3 },
      { label: 'cat', count: 3 },
    ])
    expect(profile!.warnings).toMatchObject([{ code: 'data.texts-cut', message: expect.stringContaining('3 texts') }])
  })
})
