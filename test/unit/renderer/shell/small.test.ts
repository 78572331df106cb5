import { describe, expect, it } from 'vitest'
import type { EpochRecord } from '../../../../engine/rpc/contract/training.ts'
import { fileNameOf, folderOf, whenText, withExtension } from '../../../../renderer/features/projects/start.ts'
import { freeModelName } from '../../../../renderer/features/shell/model-names.ts'
import { shortcutGroups } from '../../../../renderer/features/shell/shortcut-list.ts'
import { mergeEpochs } from '../../../../renderer/services/epochs.ts'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatFlops,
  formatNumber,
} from '../../../../renderer/services/format.ts'

describe('figures', () => {
  it('have four significant digits and thousands separators', () => {
    expect(formatNumber(0.123456)).toBe('0.1235')
    expect(formatNumber(12345)).toBe('12,345')
    expect(formatNumber(1.5e-6)).toBe('1.5e-6')
    expect(formatNumber(Number.NaN)).toBe('—')
    expect(formatCount(1180160)).toBe('1,180,160')
  })

  it('carry units', () => {
    expect(formatDuration(72)).toBe('1 m 12 s')
    expect(formatDuration(0.05)).toBe('50 ms')
    expect(formatDuration(7500)).toBe('2 h 5 m')
    expect(formatBytes(312 * 1024 * 1024)).toBe('312 MiB')
    expect(formatFlops(1.6e9)).toBe('1.6 GFLOP')
  })
})

describe('paths of projects', () => {
  it('are taken apart on every system', () => {
    expect(fileNameOf('/home/me/iris.lamina')).toBe('iris.lamina')
    expect(fileNameOf('C:\\work\\iris.lamina')).toBe('iris.lamina')
    expect(folderOf('C:\\work\\iris.lamina')).toBe('C:\\work')
    expect(folderOf('iris.lamina')).toBe('')
  })

  it('get their extension once', () => {
    expect(withExtension(' /a/b ')).toBe('/a/b.lamina')
    expect(withExtension('/a/b.LAMINA')).toBe('/a/b.LAMINA')
    expect(withExtension('')).toBe('')
  })

  it('say when they were opened', () => {
    const now = new Date(2026, 4, 10, 15, 0)
    expect(whenText(new Date(2026, 4, 10, 9, 5).toISOString(), now)).toBe('today 09:05')
    expect(whenText(new Date(2026, 4, 9, 23, 59).toISOString(), now)).toBe('yesterday 23:59')
    expect(whenText(new Date(2026, 3, 1, 8, 0).toISOString(), now)).toBe('2026-04-01')
  })
})

describe('names of new models', () => {
  it('take the first free number', () => {
    expect(freeModelName(['mlp-1', 'mlp-2'], 'mlp-1')).toBe('mlp-3')
    expect(freeModelName([], 'model')).toBe('model-1')
  })
})

describe('the list of shortcuts', () => {
  it('holds the commands that have one, by their group', () => {
    const run = () => {}
    const groups = shortcutGroups([
      { id: 'a', title: 'Undo', group: 'Edit', shortcuts: ['Mod+Z'], run },
      { id: 'b', title: 'Theme', group: 'Studio', run },
      { id: 'c', title: 'Redo', group: 'Edit', shortcuts: ['Mod+Shift+Z', 'Mod+Y'], run },
    ])
    expect(groups).toEqual([
      {
        title: 'Edit',
        items: [
          { title: 'Undo', keys: ['Mod+Z'] },
          { title: 'Redo', keys: ['Mod+Shift+Z', 'Mod+Y'] },
        ],
      },
    ])
  })
})

describe('histories of runs', () => {
  const epoch = (number: number, loss: number): EpochRecord => ({
    epoch: number,
    metrics: { loss },
    learningRate: 0.01,
    seconds: 1,
  })

  it('grow at their end', () => {
    expect(mergeEpochs([epoch(1, 3)], [epoch(2, 2), epoch(3, 1)]).map((item) => item.epoch)).toEqual([1, 2, 3])
    const known = [epoch(1, 3)]
    expect(mergeEpochs(known, [])).toBe(known)
  })

  it('hold each epoch once, the later record, when a run resumes from a checkpoint', () => {
    const merged = mergeEpochs([epoch(1, 3), epoch(2, 2)], [epoch(2, 1.9), epoch(3, 1)])
    expect(merged.map((item) => [item.epoch, item.metrics.loss])).toEqual([
      [1, 3],
      [2, 1.9],
      [3, 1],
    ])
  })
})
