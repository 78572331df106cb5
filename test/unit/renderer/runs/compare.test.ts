import { describe, expect, it } from 'vitest'
import { compareSettings } from '../../../../renderer/features/runs/compare.ts'

describe('comparing runs', () => {
  it('puts differing settings first and shows what a run lacks as a dash', () => {
    const rows = compareSettings([
      { training: { epochs: 10, optimizer: { type: 'adam' } }, dense_1: { units: 8 } },
      { training: { epochs: 10, optimizer: { type: 'sgd' } } },
    ])
    expect(rows).toEqual([
      { path: 'dense_1.units', values: ['8', '—'], differs: true },
      { path: 'training.optimizer.type', values: ['adam', 'sgd'], differs: true },
      { path: 'training.epochs', values: ['10', '10'], differs: false },
    ])
  })
})
