import { existsSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
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

  it('a perceptron ends without an error', async () => {
    const { evaluated } = await through('perceptron-and', 10, 'train')
    expect(evaluated.report).toMatchObject({ task: 'classification', accuracy: 1, loss: 0 })
  })
})
