import { describe, expect, it } from 'vitest'
import { checkLayerCase, layerGoldens } from '../../support/golden-layers.ts'
import { TOLERANCE } from '../../support/parity.ts'

describe.each(layerGoldens.map((golden) => [golden.file, golden] as const))(
  '%s: layers agree with Keras and PyTorch',
  (_, { cases, steps }) => {
    it.each(cases.map((entry) => [`${entry.item}: ${entry.name}`, entry] as const))('%s', async (_, entry) => {
      await checkLayerCase(entry, steps)
    })

    it('over steps that move the weights that have a gradient much farther than the tolerance', () => {
      for (const { name, initial, keras, torch } of cases)
        for (const [weight, { data }] of Object.entries(initial)) {
          const trace = keras ?? torch
          const [final, gradient] = [trace?.final[weight], trace?.gradients[weight]]
          // A bias of keys shifts all scores of a query alike: it changes nothing.
          if (!final || !gradient?.some((value) => Math.abs(value) > 1e-7)) continue
          const moved = Math.max(...final.map((value, index) => Math.abs(value - (data[index] as number))))
          expect(moved, `${name}: ${weight}`).toBeGreaterThan(20 * TOLERANCE.steps)
        }
    })
  },
)
