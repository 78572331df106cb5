import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TOLERANCE } from '../../support/parity.ts'
import { registered } from '../../support/parity-items.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/parity.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| item'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
const compared = new Set(rows.map(([, item]) => item))

/** What no other library can be asked for, with the test that judges it. */
const judgedElsewhere: Readonly<Record<string, string>> = {
  Input: 'it computes nothing',
  Output: 'losses and metrics have rows of their own',
  Noise: 'random numbers of our own: unit/native/random',
  RealOrGenerated: 'a junction; the GAN has a row of its own',
  AlphaDropout: 'unit/native/random',
  Dropout: 'unit/native/random',
  GaussianDropout: 'unit/native/random',
  GaussianNoise: 'unit/native/random',
  SpatialDropout1D: 'unit/native/random',
  SpatialDropout2D: 'unit/native/random',
  SpatialDropout3D: 'unit/native/random',
  perceptron: 'integration/training/perceptron: worked by hand',
}

describe('docs/parity.md', () => {
  it.each(Object.entries(registered))('has a row for every %s that another library has', (_kind, items) => {
    const missing = items
      .filter(({ names, label }) => !names.some((name) => compared.has(name)) && !(label in judgedElsewhere))
      .map(({ label }) => label)
    expect(missing, 'add a golden case and run `npm run parity`').toEqual([])
  })

  it('shows no error beyond what the tests allow', () => {
    expect(rows.length).toBeGreaterThan(200)
    const largest = Math.max(...rows.flatMap((cells) => cells.slice(3, -2).filter(Boolean).map(Number)))
    expect(largest).toBeGreaterThan(0)
    expect(largest).toBeLessThanOrEqual(Math.max(...Object.values(TOLERANCE)))
  })
})
