import { existsSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { CostReport } from '../../../engine/compile/types.ts'
import { Workspace } from './lamina.ts'

const work = new Workspace()
afterAll(() => work.dispose())

/** Makes, trains, evaluates, predicts and exports a template. */
async function through(template: string, epochs: number, part = 'test') {
  const project = work.path(`${template}.lamina`)
  const [csv, onnx] = [work.path(`${template}.csv`), work.path(`${template}.onnx`)]
  await work.ok('new', template, project)
  expect(await work.ok('check', project)).toMatchObject({ errors: 0 })
  await work.ok('train', project, '--epochs', String(epochs))
  const evaluated = await work.ok('evaluate', project, '--split', part)
  const predicted = await work.ok('predict', project, '--split', part, '--output', csv)
  await work.ok('export', project, '--run', 'latest', '--format', 'onnx', '--out', onnx)
  expect(existsSync(onnx)).toBe(true)
  return { evaluated, predicted, lines: readFileSync(csv, 'utf8').trim().split('\n') }
}

describe('special trainers on the command line', () => {
  it('an anomaly detector reports errors by label and writes the error of each row', async () => {
    const { evaluated, predicted, lines } = await through('anomaly-detection', 20)
    const report = evaluated.report as { labels: unknown[]; anomalies: string[]; auroc: number }
    expect(report).toMatchObject({ task: 'reconstruction', anomalies: ['6'], thresholdPart: 'validation' })
    expect(report.labels).toHaveLength(10)
    expect(report.auroc).toBeGreaterThan(0.7)
    expect(predicted.columns).toContain('reconstruction_error')
    expect(lines).toHaveLength(505)
  })

  it('a GAN reports both networks and writes generated samples', async () => {
    const { evaluated, lines } = await through('gan-digits', 2)
    expect(evaluated.report).toMatchObject({ task: 'generation', shape: [64] })
    expect(lines[0]).toMatch(/^generated_pixel_0_0,/)
    expect(lines).toHaveLength(360)
  })

  it('a GAN is summed up with the operations of both networks', async () => {
    const project = work.path('both.lamina')
    await work.ok('new', 'gan-digits', project)
    const { cost } = (await work.ok('summary', project)) as unknown as { cost: CostReport }
    const flops = new Map(cost.layers.map((layer) => [layer.name, layer.flops]))
    // Products and sums of a Dense layer, its bias and relu.
    const dense = (inputs: number, units: number) => 2 * inputs * units + 2 * units
    expect(flops.get('sketch')).toBe(dense(64, 128))
    expect(flops.get('look')).toBe(dense(64, 128))
    expect(flops.get('verdict')).toBeGreaterThan(2 * 64)
    expect(flops.get('real')).toBe(0)
    expect(cost.flopsPerSample).toBe([...flops.values()].reduce((sum, each) => sum + each, 0))
    expect(cost.trainingFlopsPerSample).toBeGreaterThan(3 * cost.flopsPerSample)
  })

  it('pseudo-labels are counted epoch by epoch', async () => {
    const project = work.path('few-labels.lamina')
    await work.ok('new', 'semi-supervised-digits', project)
    const set = ['--set', 'training.pseudoLabels.warmupEpochs=2', '--set', 'training.pseudoLabels.threshold=0.15']
    const { events } = await work.run('train', project, '--epochs', '4', ...set, '--json')
    expect(events.find(({ event }) => event === 'pseudo-labels')).toMatchObject({
      labelled: 100,
      unlabelled: 1158,
      threshold: 0.15,
      warmupEpochs: 2,
    })
    const chosen = events
      .filter(({ event }) => event === 'epoch')
      .map(({ metrics }) => (metrics as Record<string, number>).pseudo_labels as number)
    expect(chosen).toHaveLength(4)
    expect(chosen.slice(0, 2)).toEqual([0, 0])
    expect(Math.min(...chosen.slice(2))).toBeGreaterThan(0)
    const { stdout } = await work.run('train', project, '--epochs', '3', ...set)
    expect(stdout).toContain(
      '100 training rows have a label, 1,158 have none: pseudo-labels of at least 0.15 from epoch 3 on',
    )
    expect(stdout).toMatch(/ {2}pseudo_labels +\d+/)
    // No test row has lost its label.
    const { confusion } = (await work.ok('evaluate', project)).report as { confusion: number[][] }
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(359)
    const off = await work.run('train', project, '--set', 'training.pseudoLabels.enabled=false', '--epochs', '1')
    expect(off.stdout).not.toContain('pseudo')
    const wrong = await work.run('train', project, '--set', 'training.pseudoLabels.threshold=2', '--json')
    expect(wrong).toMatchObject({ code: 2, last: { code: 'override.value' } })
  })

  it('pseudo-labels are refused before a run begins where every row has its label', async () => {
    const project = work.path('labelled.lamina')
    await work.ok('new', 'iris', project)
    const enabled = ['--set', 'training.pseudoLabels.enabled=true']
    expect(await work.run('train', project, ...enabled, '--json')).toMatchObject({
      code: 1,
      last: { code: 'training.pseudo-labels', where: 'training.pseudoLabels.enabled' },
    })
    expect(await work.ok('runs', project)).toMatchObject({ runs: [] })
  })

  it('a perceptron ends without an error', async () => {
    const { evaluated } = await through('perceptron-and', 10, 'train')
    expect(evaluated.report).toMatchObject({ task: 'classification', accuracy: 1, loss: 0 })
  })
})
