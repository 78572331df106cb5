import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import { readDataFile } from '../../../engine/data/files.ts'
import { type InferOptions, inferDataset, loadNewTable, loadTable } from '../../../engine/data/infer.ts'
import { tableToCsv } from '../../../engine/data/table.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const infer = (text: string, options?: InferOptions) => inferDataset(bytesOf(text), 't.csv', options)

function errorOf(work: () => unknown): LaminaError {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof LaminaError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

/** Every error of a file must say where, what was expected and received, and how to fix it. */
function expectError(work: () => unknown, code: string, where = /t\.csv/): LaminaError {
  const error = errorOf(work)
  expect(error.code).toBe(code)
  expect(error.details.where).toMatch(where)
  for (const part of [error.details.expected, error.details.received, error.details.fix]) expect(part).toBeTruthy()
  return error
}

describe('reading a table', () => {
  it.each([
    ['comma', 'a,b,y\n1.5,2,k\n2.5,3,m\n'],
    ['semicolon', 'a;b;y\n1.5;2;k\n2.5;3;m\n'],
    ['tab', 'a\tb\ty\n1.5\t2\tk\n2.5\t3\tm\n'],
    ['vertical bar', 'a|b|y\n1.5|2|k\n2.5|3|m\n'],
    ['carriage returns', 'a,b,y\r1.5,2,k\r2.5,3,m\r'],
    ['a byte order mark', '\uFEFFa,b,y\n1.5,2,k\n2.5,3,m\n'],
    ['quotes and blank lines', 'a,b,y\n\n"1.5",2,k\n\n2.5,"3",m\n\n'],
  ])('understands %s', (_, text) => {
    const { table } = infer(text)
    expect(tableToCsv(table)).toBe('a,b,y\n1.5,2,k\n2.5,3,m\n')
  })

  it.each([
    ['little', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['big', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('understands UTF-16 %s endian by its byte order mark', (_, encode) => {
    expect(tableToCsv(inferDataset(encode('ä,y\n1,k\n2,m\n'), 't.csv').table)).toBe('ä,y\n1,k\n2,m\n')
  })

  it('unpacks gzip', () => {
    expect(inferDataset(gzipSync('a,y\n1,k\n2,m\n'), 't.csv.gz').table.rowCount).toBe(2)
  })

  it('reads Windows-1252 when it is named', () => {
    const bytes = Buffer.from('größe,y\n1,k\n2,m\n', 'latin1')
    expectError(() => inferDataset(bytes, 't.csv'), 'data.invalid-encoding', /line 1/)
    expect(inferDataset(bytes, 't.csv', { csv: { encoding: 'windows-1252' } }).table.columns[0]!.name).toBe('größe')
  })

  it('takes decimal commas from several cells, not from one', () => {
    const several = infer('a;y\n1,5;k\n2,5;m\n3;k\n')
    expect(several.description.csv.decimalComma).toBe(true)
    expect(several.table.columns[0]).toMatchObject({ type: 'numeric', values: Float64Array.of(1.5, 2.5, 3) })
    expect(several.warnings.map((warning) => warning.code)).toContain('data.decimal-comma')
    expectError(() => infer('a;y\n1,5;k\n2;m\n3;k\n'), 'data.text-in-numeric-column')
  })

  it('tells a header from data', () => {
    expect(infer('1,2\n3,4\n5,6\n').table.columns.map((column) => column.name)).toEqual(['column_1', 'column_2'])
    expect(infer('colour,y\nred,a\nblue,b\nred,a\n').description.csv.header).toBe(true)
    expect(infer('red,a\nblue,b\nred,a\n').description.csv.header).toBe(false)
  })
})

describe('a broken file', () => {
  it.each(['', '  \n \n', '\uFEFF'])('is refused when it is empty (%j)', (text) => {
    expectError(() => infer(text), 'data.empty-file')
  })

  it('names the delimiter that was meant', () => {
    const error = expectError(() => infer('a;b;y\n1;2;k\n2;3;m\n', { csv: { delimiter: ',' } }), 'data.wrong-delimiter')
    expect(error.details.data).toMatchObject({ suggested: ';' })
  })

  it.each([
    [' ', 'space'],
    [':', 'colon'],
    ['^', '"^"'],
  ])('is refused when its columns are separated by %j, which is then named', (delimiter, name) => {
    const text = 'a,b,y\n1,2,k\n2,3,m\n'.replaceAll(',', delimiter)
    const error = expectError(() => infer(text), 'data.wrong-delimiter', /line 1/)
    expect(error.details.received).toBe(`1 column; ${name} gives 3 columns`)
    expect(infer(text, { csv: { delimiter } }).table.columns).toHaveLength(3)
  })

  it('is one column of texts or times when no character splits all of it', () => {
    expect(infer('time\n12:30\n13:45\n').table.columns).toHaveLength(1)
    expect(infer('said\nyes sir\nno madam\n').table.columns).toHaveLength(1)
  })

  it('names the lines of ragged rows, also behind a line break inside a cell', () => {
    const error = expectError(() => infer('a,y\n"x\nx",k\n1\n2,m\n3,k,9\n'), 'data.ragged-row', /line 4, 6/)
    expect(error.details.data).toEqual({ lines: [4, 6], count: 2, expected: 2 })
  })

  it('refuses a 100 MB line at once and with little memory', { retry: 2 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'lamina-'))
    try {
      const path = join(folder, 't.csv')
      writeFileSync(path, Buffer.alloc(100 * 2 ** 20, '1,'))
      const before = process.memoryUsage().rss
      const start = performance.now()
      expectError(() => readDataFile(path), 'data.line-too-long', /line 1/)
      expect(performance.now() - start).toBeLessThan(2000)
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses a line that grows too long further down, plain and gzipped', () => {
    const bytes = Buffer.concat([Buffer.from('a,y\n1,k\n'), Buffer.alloc(9 * 2 ** 20, '1,')])
    expectError(() => inferDataset(bytes, 't.csv'), 'data.line-too-long', /line 3/)
    expectError(() => inferDataset(gzipSync(bytes), 't.csv.gz'), 'data.line-too-long', /line 3/)
  })

  it('names both columns of one name', () => {
    const error = expectError(() => infer('a,b,a\n1,2,3\n4,5,6\n'), 'data.duplicate-column', /line 1/)
    expect(error.details.data).toMatchObject({ columns: [1, 3] })
  })

  it('is refused without rows below the header', () => {
    expectError(() => infer('a,b,y\n'), 'data.no-rows')
  })

  it('is recognised as binary, with its kind', () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
    expect(expectError(() => inferDataset(png, 't.csv'), 'data.binary-file').details.received).toContain('PNG')
    expectError(() => infer('a,y\n1,\0\n'), 'data.binary-file')
  })

  it('names the line of invalid UTF-8', () => {
    const bytes = Buffer.concat([bytesOf('a,y\n1,k\n'), Uint8Array.of(0xe9), bytesOf(',m\n')])
    expectError(() => inferDataset(bytes, 't.csv'), 'data.invalid-encoding', /line 3/)
  })

  it('names the line of an open quotation mark', () => {
    expectError(() => infer('a,y\n1,k\n"2,m\n'), 'data.bad-quote', /line 3/)
  })

  it('is refused when gzip was cut off', () => {
    expectError(() => inferDataset(gzipSync('a,y\n1,k\n').subarray(0, 12), 't.csv.gz'), 'data.damaged-gzip')
  })

  it('is missed when it is not there', () => {
    expectError(() => readDataFile('/nowhere/t.csv'), 'data.file-missing')
    expectError(() => readDataFile(tmpdir()), 'data.file-unreadable', /./)
  })

  it('is noticed when it changed since the import', () => {
    const { description } = infer('a,y\n1,k\n2,m\n')
    expectError(() => loadTable(bytesOf('a,y\n1,k\n2,k\n'), description), 'data.file-changed')
  })
})

describe('types and roles', () => {
  const numbers = Array.from({ length: 30 }, (_, index) => `${(index * 7) % 31}.5,${index % 3}`)
  const file = (rows: readonly string[]) => `x,y\n${rows.join('\n')}\n`
  const withText = file(numbers.with(4, 'oops,1').with(9, 'hm,0'))

  it('names texts among numbers with their lines, and offers both ways out', () => {
    const error = expectError(() => infer(withText), 'data.text-in-numeric-column', /column "x", line 6, 11/)
    expect(error.details.data).toMatchObject({ column: 'x', count: 2, markers: ['oops', 'hm'] })
    const missing = infer(withText, { badCells: 'missing' })
    expect(missing.table.columns[0]).toMatchObject({ type: 'numeric' })
    expect(missing.description.columns[0]!.missingMarkers).toEqual(['oops', 'hm'])
    expect(loadTable(bytesOf(withText), missing.description)).toEqual(missing.table)
    expect(infer(withText, { badCells: 'categorical' }).description.columns[0]!.type).toBe('categorical')
  })

  it.each(['inf', '-Infinity', '1e999', 'NaN', 'nan'])('refuses %s as a number', (cell) => {
    expectError(() => infer(file(numbers.with(2, `${cell},1`))), 'data.not-finite', /line 4/)
  })

  it.each(['', 'NA', 'N/A', 'null', '?', '-'])('reads %j as missing', (marker) => {
    const { table } = infer(file(numbers.with(0, `${marker},1`)))
    const column = table.columns[0]!
    expect(column.type === 'numeric' && Number.isNaN(column.values[0])).toBe(true)
    expect(column.type === 'numeric' && column.values.filter(Number.isNaN).length).toBe(1)
  })

  it('reads NaN among labels as missing, and among numbers when it is named', () => {
    const { description, table } = infer('colour,x,y\nred,0.5,1\nnan,0.25,0\nblue,0.125,1\n')
    expect(description.columns[0]).toMatchObject({ type: 'categorical', categories: ['blue', 'red'] })
    expect(table.columns[0]).toMatchObject({ codes: Int32Array.of(1, -1, 0) })
    const named = infer(file(numbers.with(0, 'NaN,1')), { csv: { missingMarkers: ['NaN'] } }).table.columns[0]!
    expect(named.type === 'numeric' && named.values.filter(Number.isNaN).length).toBe(1)
  })

  it('makes classes of few whole numbers in the target, ordered by value', () => {
    const { description } = infer(
      file(Array.from({ length: 60 }, (_, index) => `${index / 7},${[10, 9, 2][index % 3]}`)),
    )
    expect(description.columns[1]).toMatchObject({ role: 'target', type: 'categorical', categories: ['2', '9', '10'] })
    expect(description.split.stratify).toBe(true)
  })

  it('keeps a target of many numbers numeric', () => {
    const { description } = infer(file(Array.from({ length: 60 }, (_, index) => `${index / 7},${index * 3}`)))
    expect(description.columns[1]).toMatchObject({ role: 'target', type: 'numeric', transform: 'standardize' })
  })

  it('ignores row numbers and constant columns and says so', () => {
    const { description, warnings } = infer('id,c,x,y\n1,7,0.5,a\n2,7,0.1,b\n3,7,0.9,a\n4,7,0.2,b\n')
    expect(description.columns.map((column) => column.role)).toEqual(['ignore', 'ignore', 'feature', 'target'])
    expect(warnings.map((warning) => warning.code)).toEqual(['data.suspected-id', 'data.constant-column'])
  })

  it('takes a named target and refuses one that is not there', () => {
    expect(infer('x,y\n0.1,0.3\n0.2,0.5\n', { target: 'x' }).description.columns[0]!.role).toBe('target')
    const error = expectError(() => infer('x,y\n0.1,0.3\n0.2,0.5\n', { target: 'z' }), 'data.missing-target')
    expect(error.details.received).toContain('"x", "y"')
  })

  it('reads a new file by column names, without the target', () => {
    const { description } = infer('a,b,y\n1,2,k\n3,4,m\n')
    expect(tableToCsv(loadNewTable(bytesOf('b;a\n6;5\n'), 'new.csv', description))).toBe('a,b\n5,6\n')
    const error = errorOf(() => loadNewTable(bytesOf('a,c\n1,2\n'), 'new.csv', description))
    expect(error.code).toBe('data.missing-column')
    expect(error.details.expected).toBe('"b"')
  })
})
