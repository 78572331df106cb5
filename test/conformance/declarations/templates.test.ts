import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inferDataset } from '../../../engine/data/infer.ts'
import { fitPreprocessing } from '../../../engine/data/preprocess.ts'
import { crossValidate } from '../../../engine/evaluation/kfold.ts'
import { connect, removeNodes } from '../../../engine/graph/edit.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { templateFile, templateSize } from '../../../engine/rpc/services/template-data.ts'
import { findTemplate, type Template, templates } from '../../../engine/templates/registry.ts'
import { applyTemplateData } from '../../../engine/templates/template.ts'
import { applyOverrides } from '../../../engine/training/override.ts'
import { parsePlan } from '../../../engine/training/plan.ts'
import { signatureOf } from '../../../engine/training/prepare.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'

const resources = join(import.meta.dirname, '../../../resources')

/** A template's table, described as a new project would. */
function open(template: Template) {
  const { bytes, name } = templateFile(resources, template)
  const { description, table } = inferDataset(bytes, name, { target: template.data.target })
  return { table, description: applyTemplateData(template, description) }
}

function template(id: string): Template {
  const found = findTemplate(id)
  if (!found) throw new Error(`no template ${id}`)
  return found
}

async function score(id: string, metric: string, overrides = {}) {
  const { document, plan, task } = template(id)
  const { table, description } = open(template(id))
  const changed = applyOverrides({ document, plan, description }, overrides)
  const folds = { k: 5, stratified: task === 'classification' }
  const report = await crossValidate(loadNative(), { ...changed, description: changed.description!, table, folds })
  return report.metrics[metric]!.mean
}

describe('every template', () => {
  it.each(templates.map((item) => [item.id, item] as const))('%s has a sound network for its data', (_, item) => {
    const { table, description } = open(item)
    const rows = Int32Array.from({ length: table.rowCount }, (_row, index) => index)
    const dataset = signatureOf(fitPreprocessing(table, description, rows), table.rowCount)
    expect(validateDocument(item.document, { dataset, plan: item.plan })).toEqual([])
    expect(parsePlan(item.plan)).toEqual(item.plan)
  })

  it.each(templates.map((item) => [item.id, item] as const))('%s states the size of its data', (_, item) => {
    const { table } = open(item)
    expect(templateSize(item)).toEqual({ rows: table.rowCount, columns: table.columns.length })
  })

  it('has an id, a model name and a place of its own', () => {
    for (const of of ['id', 'modelName'] as const)
      expect(new Set(templates.map((item) => item[of])).size).toBe(templates.length)
    expect(new Set(templates.map((item) => `${item.group} ${item.order}`)).size).toBe(templates.length)
  })

  it('lays its layers out without overlap', () => {
    for (const { document } of templates) {
      const places = Object.values(document.nodes).map(({ position }) => `${position.x}, ${position.y}`)
      expect(new Set(places).size).toBe(places.length)
    }
  })
})

describe('5-fold cross-validation with seed 1', () => {
  it.each([
    ['iris', 0.94],
    ['wine', 0.96],
    ['breast-cancer', 0.965],
    ['digits', 0.965],
    ['digits-cnn', 0.98],
  ])('%s reaches an accuracy of %f', async (id, least) => {
    expect(await score(id, 'accuracy')).toBeGreaterThanOrEqual(least)
  })

  it('diabetes explains between 0.40 and 0.52 of the variance; more would be a leak', async () => {
    const r2 = await score('diabetes', 'r2')
    expect(r2).toBeGreaterThanOrEqual(0.4)
    expect(r2).toBeLessThanOrEqual(0.52)
  })

  it('wine collapses when scaling is switched off', async () => {
    expect(await score('wine', 'accuracy', { 'data.scaling': 'none' })).toBeLessThan(0.75)
  })
})

describe('exclusive or', () => {
  const { plan, document } = template('xor')
  const { table, description } = open(template('xor'))
  const none = new Int32Array()
  const split = { train: Int32Array.of(0, 1, 2, 3), validation: none, test: none }
  const train = (changed: typeof document, seed: number) =>
    createTrainer({ native: loadNative() }).train({
      document: changed,
      plan: { ...plan, seed },
      description,
      table,
      split,
    })

  it.each([1, 2, 3, 4, 5])('is learned by 2-4-1 (seed %i)', async (seed) => {
    const { metrics } = await train(document, seed)
    expect(metrics.accuracy).toBe(1)
    expect(metrics.loss).toBeLessThan(0.05)
  })

  it.each([1, 2, 3])('is not learned without the hidden layer (seed %i)', async (seed) => {
    const bare = applyPatch(document, removeNodes(document, ['hidden_1']))
    const edit = connect(bare, { node: 'bits', port: 'output' }, { node: 'probability', port: 'input' })
    if (!edit.ok) throw new Error(edit.problem.message)
    const { metrics } = await train(applyPatch(bare, edit.patch), seed)
    expect(metrics.accuracy).toBeLessThan(1)
    expect(metrics.loss).toBeGreaterThan(0.6)
  })
})
