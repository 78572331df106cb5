import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inferDataset } from '../../../engine/data/infer.ts'
import { splitTable } from '../../../engine/data/split.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { templateFile } from '../../../engine/rpc/services/template-data.ts'
import { figureImages } from '../../../engine/templates/generators/pictures.ts'
import { type Template, templates } from '../../../engine/templates/registry.ts'
import { applyTemplateData } from '../../../engine/templates/template.ts'
import { parsePlan } from '../../../engine/training/plan-parse.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'

const resources = join(import.meta.dirname, '../../../resources')

/** Templates whose images are too large for a test; the same network reads small ones of the same kinds. */
const small: Readonly<Record<string, Template['data']['generator']>> = {
  vgg16: figureImages('figures', 20, 32, 10),
}

/** A few steps of a template, the last batch smaller than the others. */
async function weights({ document, plan, data, id }: Template, threads: number): Promise<Float32Array> {
  const source = small[id] ? { ...data, file: undefined, hideLabels: undefined, generator: small[id] } : data
  const { bytes, name } = templateFile(resources, { data: source })
  const { description, table } = inferDataset(bytes, name, { target: data.target })
  const described = applyTemplateData({ data }, description)
  const split = splitTable(table, described)
  const { pseudoLabels } = plan
  // Where training starts from another run's weights, it starts afresh here.
  const { initialWeights: _, ...fresh } = plan
  const outcome = await createTrainer({ native: loadNative() }).train({
    document,
    plan: parsePlan({
      ...fresh,
      // With pseudo-labels a second epoch, on rows that the network labelled after the first.
      epochs: pseudoLabels.enabled ? 2 : 1,
      batchSize: Math.min(plan.batchSize, 32, split.train.length, pseudoLabels.enabled ? 4 : 32),
      pseudoLabels: { ...pseudoLabels, warmupEpochs: 1, threshold: 0.15 },
      earlyStopping: { ...plan.earlyStopping, enabled: false },
    }),
    description: described,
    table,
    split: { train: split.train.slice(0, small[id] ? 6 : 70), validation: new Int32Array(), test: new Int32Array() },
    seed: 1,
    threads,
  })
  if (pseudoLabels.enabled) expect(outcome.last.state.pseudoLabels?.rows.length).toBeGreaterThan(10)
  return outcome.last.persistent
}

describe('every template', () => {
  it.each(templates.map((item) => [item.id, item] as const))(
    '%s: the same bits for 1, 2 and 4 threads',
    async (_, item) => {
      const one = await weights(item, 1)
      expect(one.every(Number.isFinite)).toBe(true)
      for (const threads of [2, 4]) {
        const other = await weights(item, threads)
        expect(Buffer.from(other.buffer).equals(Buffer.from(one.buffer))).toBe(true)
      }
    },
    120_000,
  )
})
