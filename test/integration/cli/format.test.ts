import { describe, expect, it } from 'vitest'
import { assignment, integer } from '../../../engine/cli/options.ts'
import { Output } from '../../../engine/cli/output.ts'
import { formatBytes, formatNumber, formatSeconds, formatTable, groupDigits } from '../../../engine/cli/table.ts'

describe('figures', () => {
  it.each([
    [0.123456, '0.1235'],
    [12345678, '12,345,678'],
    [-1234, '-1,234'],
    [0.00000123456, '1.235e-6'],
    [1234567.5, '1.235e+6'],
    [Number.NaN, 'NaN'],
    [0, '0'],
  ])('%d is shown as %s', (value, text) => expect(formatNumber(value)).toBe(text))

  it('have units', () => {
    expect([1.234, 72, 7500].map(formatSeconds)).toEqual(['1.2 s', '1 m 12 s', '2 h 5 m'])
    expect([312, 4300, 1.4e6].map(formatBytes)).toEqual(['312 B', '4.2 KiB', '1.34 MiB'])
    expect(groupDigits(1000)).toBe('1,000')
  })

  it('are aligned to the right in tables, texts to the left, and absent ones are a dash', () => {
    expect(
      formatTable(
        ['name', 'rows'],
        [
          ['iris', 150],
          ['digits', 1797],
          ['x', null],
        ],
      ),
    ).toBe(['name     rows', '------  -----', 'iris      150', 'digits  1,797', 'x           -'].join('\n'))
  })
})

describe('options', () => {
  it('take whole numbers within a range only', () => {
    const epochs = integer('--epochs', 1, 10)
    expect(epochs('10')).toBe(10)
    for (const text of ['0', '11', '1.5', '', 'ten', '1e1', 'NaN'])
      expect(() => epochs(text)).toThrow(expect.objectContaining({ code: 'cli.usage' }))
  })

  it('gather assignments: JSON where it reads as such, else text; the value may hold an equals sign', () => {
    const all = ['a.b=1', 'c=relu', 'd=[1,2]', 'e=true', 'f=x=y', 'a.b=2'].reduce(
      (before, text) => assignment(text, before),
      {},
    )
    expect(all).toEqual({ 'a.b': 2, c: 'relu', d: [1, 2], e: true, f: 'x=y' })
    for (const text of ['a', '=1', '']) expect(() => assignment(text)).toThrow('--set')
  })
})

describe('output', () => {
  function record(json: boolean, isTTY: boolean) {
    const written = { out: '', err: '' }
    const out = { write: (text: string) => (written.out += text) }
    const err = { write: (text: string) => (written.err += text), isTTY, columns: 60 }
    return { written, output: new Output(json, { out, err }) }
  }

  it('is either text or events, never both', () => {
    for (const json of [true, false]) {
      const { written, output } = record(json, true)
      output.event('epoch', { epoch: 1 })
      output.line('text')
      output.note('note')
      output.progress(1, 2, 'half')
      output.done()
      if (json) expect(written).toEqual({ out: '{"event":"epoch","epoch":1}\n{"event":"done"}\n', err: '' })
      else expect(written.out).toBe('text\n')
    }
  })

  it('draws its bar on a terminal only, within the width, and takes it away', () => {
    const { written, output } = record(false, true)
    output.progress(1, 4, 'x'.repeat(200))
    expect(written.err).toContain('[######..................] 25 %')
    expect(written.err.length).toBeLessThan(70)
    output.done()
    expect(written.err.endsWith('\r\u001b[K')).toBe(true)
    const file = record(false, false)
    file.output.progress(1, 4, 'x')
    expect(file.written.err).toBe('')
  })
})
