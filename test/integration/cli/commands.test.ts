import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { templates } from '../../../engine/templates/registry.ts'
import { templateGroups } from '../../../engine/templates/template.ts'
import { Workspace } from './lamina.ts'

const work = new Workspace()
const project = work.path('iris.lamina')
let runId: string

beforeAll(async () => {
  await work.ok('new', 'iris', project)
  runId = (await work.ok('train', project)).runId as string
})
afterAll(() => work.dispose())

describe('lamina', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(await work.run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` })
  })

  it('lists every template under the heading of its group', async () => {
    const { code, stdout } = await work.run('templates')
    expect(code).toBe(0)
    const lines = stdout.split('\n')
    const heading = (id: string) => lines.indexOf(templateGroups.find((group) => group.id === id)!.label)
    for (const { id, group } of templates)
      expect(lines.findIndex((line) => line.startsWith(`${id} `))).toBeGreaterThan(heading(group))
    const done = await work.ok('templates')
    expect(done.templates).toEqual(templates.map(({ id }) => id))
    expect(done.templates).toEqual(
      expect.arrayContaining(['iris', 'wine', 'breast-cancer', 'diabetes', 'xor', 'digits']),
    )
  })

  it('refuses to overwrite a project', async () => {
    const before = readFileSync(project)
    const { code, last } = await work.run('new', 'iris', project, '--json')
    expect(code).toBe(1)
    expect(last).toMatchObject({ event: 'error', code: 'store.file-exists', where: project })
    expect(readFileSync(project).equals(before)).toBe(true)
  })

  it('shows layers, parameters, FLOPs and memory', async () => {
    const { stdout, code } = await work.run('summary', project)
    expect(code).toBe(0)
    expect(stdout).toMatch(/hidden_1 +dense +N x 16 +80/)
    expect(stdout).toContain('Parameters: 403 (trainable 403, not trainable 0)')
    const { cost } = await work.ok('summary', project, '--set', 'hidden_1.units=32')
    expect(cost).toMatchObject({ parameters: 4 * 32 + 32 + 32 * 16 + 16 + 16 * 3 + 3 })
  })

  it('tells every epoch and ends with the run and its metrics', async () => {
    const { events, last, code } = await work.run('train', project, '--epochs', '7', '--json')
    expect(code).toBe(0)
    expect(events[0]).toMatchObject({ event: 'started', epochs: 7, seed: 1 })
    expect(events.filter(({ event }) => event === 'epoch').map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(last).toMatchObject({ event: 'done', status: 'completed', epochs: 7 })
    expect(last.runId).toMatch(/^run_/)
    expect(last.metrics).toHaveProperty('validation_accuracy')
  })

  it('evaluates a run by number, by id, or the latest, on any part', async () => {
    const byNumber = await work.ok('evaluate', project, '--run', '1')
    const byId = await work.ok('evaluate', project, '--run', runId, '--split', 'test')
    expect(byNumber.accuracy).toEqual(byId.accuracy)
    expect(byId.accuracy).toMatchObject({ sd: 0, folds: [expect.any(Number)] })
    const { stdout } = await work.run('evaluate', project, '--run', '1', '--split', 'train')
    expect(stdout).toContain('on the train part (90 rows)')
    expect(stdout).toMatch(/setosa +30 +0 +0/)
    expect(stdout).toMatch(/class +precision +recall +f1 +rows\n.*\nsetosa +1 +1 +1 +30\n/)
  })

  it('tells precision, recall and F1 of each class over all folds', async () => {
    const { stdout } = await work.run('evaluate', project, '--kfold', '3')
    expect(stdout).toMatch(/class +precision +recall +f1 +rows\n.*\nsetosa +[\d.]+ +[\d.]+ +[\d.]+ +50\n/)
  })

  it('repeats cross-validation with other folds', async () => {
    const { accuracy } = await work.ok('evaluate', project, '--kfold', '3', '--repeats', '2')
    expect((accuracy as { folds: number[] }).folds).toHaveLength(6)
  })

  it('predicts a file with the feature columns only', async () => {
    const input = work.path('new.csv')
    writeFileSync(
      input,
      'sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm\n5,3.5,1.4,0.2\n6.5,3,5.5,2.1\n',
    )
    const output = work.path('predictions.csv')
    const done = await work.ok('predict', project, '--run', '1', '--input', input, '--output', output)
    expect(done).toMatchObject({ rows: 2, path: output })
    const lines = readFileSync(output, 'utf8').trim().split('\n')
    expect(lines[0]).toContain('predicted_species,probability_species_setosa')
    expect(lines[1]).toContain(',setosa,')
    expect(lines[2]).toContain(',virginica,')
  })

  it('sweeps a grid and ranks the trials the same whatever runs in parallel', async () => {
    const space = work.path('space.json')
    writeFileSync(space, JSON.stringify({ 'hidden_1.units': [2, 8], 'training.epochs': [5, 40] }))
    const one = await work.ok('sweep', project, '--space', space, '--parallel', '1')
    const two = await work.ok('sweep', project, '--space', space, '--parallel', '2')
    const best = (done: typeof one) => (done.best as { number: number; metrics: object; values: object }).metrics
    expect(one).toMatchObject({ trials: 4, objective: 'accuracy', best: { values: { 'training.epochs': 40 } } })
    expect(best(two)).toEqual(best(one))
    const estimate = await work.run('sweep', project, '--space', space, '--kfold', '3', '--json')
    expect(estimate.events[0]).toMatchObject({ event: 'started', trials: 4, fits: 12, epochs: 2 * 3 * 45 })
  })

  it('lists and compares runs by what differs', async () => {
    await work.ok('train', project, '--set', 'hidden_1.units=8', '--epochs', '7', '--name', 'narrow')
    const { runs } = await work.ok('runs', project)
    expect((runs as { id: string }[])[0]).toMatchObject({ id: runId, number: 1, status: 'completed' })
    const last = (runs as unknown[]).length
    const { differences } = await work.ok('runs', project, '--compare', `1,${last}`)
    expect(differences).toContainEqual({ path: 'hidden_1.units', values: ['16', '8'] })
    expect((await work.run('runs', project)).stdout).toContain('narrow')
  })

  it('exports ONNX and safetensors, ONNX checked by ONNX Runtime on the test rows', async () => {
    const checked = await work.ok('export', project, '--run', '1', '--format', 'onnx', '--out', work.path('c.onnx'))
    const { rows, largestDifference } = checked.verified as { rows: number; largestDifference: number }
    expect(rows).toBe(30)
    expect(largestDifference).toBeLessThan(1e-5)
    for (const format of ['onnx', 'safetensors']) {
      const out = work.path(`iris.${format}`)
      const done = await work.ok('export', project, '--run', '1', '--format', format, '--out', out)
      expect(done).toMatchObject({ path: out, bytes: readFileSync(out).byteLength })
    }
  })

  it('checks a sound project and finds nothing that stands in the way', async () => {
    expect(await work.ok('check', project)).toMatchObject({ errors: 0 })
  })

  it('tells each error of a check once', async () => {
    const wrong = ['check', project, '--set', 'classes.units=7']
    const { code, stdout, stderr } = await work.run(...wrong)
    expect(code).toBe(1)
    expect(stdout.match(/^error /gm)).toHaveLength(1)
    expect(stderr).toBe('')
    const { last } = await work.run(...wrong, '--json')
    expect(last).toMatchObject({ event: 'error', code: /error (\S+):/.exec(stdout)?.[1] })
  })

  it('names after a training a part that has rows', async () => {
    expect((await work.run('train', project, '--epochs', '2')).stdout).toMatch(/Next: lamina evaluate \S+ --run \d+\n/)
    const noTest = ['--set', 'data.split.test=0', '--epochs', '2']
    expect((await work.run('train', project, ...noTest)).stdout).toMatch(/Next: .* --split validation\n/)
    const whole = work.path('xor.lamina')
    await work.ok('new', 'xor', whole)
    const { stdout } = await work.run('train', whole, '--epochs', '2')
    const next = /Next: lamina (evaluate) (\S+) (--run) (\d+) (--split) (train)\n/.exec(stdout)!
    expect(await work.ok(...next.slice(1))).toMatchObject({ split: 'train', rows: 4 })
  })

  it('takes a table of the user’s own and fits the network to its classes', async () => {
    const data = work.path('own.csv')
    const rows = Array.from({ length: 60 }, (_, row) => `${row % 7},${(row * 3) % 11},${'abcd'[row % 4]}`)
    writeFileSync(data, `first,second,kind\n${rows.join('\n')}\n`)
    const own = work.path('own.lamina')
    await work.ok('new', 'iris', own, '--data', data)
    expect(await work.ok('train', own, '--epochs', '3')).toMatchObject({ status: 'completed' })
  })

  it('gives the same numbers for 1, 2 and 4 threads', async () => {
    const weights: Buffer[] = []
    for (const threads of ['1', '2', '4']) {
      const { runId: run } = await work.ok('train', project, '--threads', threads, '--epochs', '9')
      const out = work.path(`threads-${threads}.safetensors`)
      await work.ok('export', project, '--run', run as string, '--format', 'safetensors', '--out', out)
      weights.push(weightsOf(out))
    }
    expect(weights[1]!.equals(weights[0]!)).toBe(true)
    expect(weights[2]!.equals(weights[0]!)).toBe(true)
  })
})

/** The tensors of a safetensors file, without its header. */
function weightsOf(path: string): Buffer {
  const file = readFileSync(path)
  return file.subarray(8 + Number(file.readBigUInt64LE(0)))
}

describe('wrong use', () => {
  it.each([
    [['frobnicate'], 'There is no command "frobnicate"'],
    [['tran', 'x'], 'Did you mean "train" or "transfer"?'],
    [['train'], 'lamina train needs <project>'],
    [['train', 'x', 'y'], 'takes fewer arguments'],
    [['train', 'x', '--epochs'], '--epochs <n>: passes over the training rows'],
    [['train', 'x', '--epochs', 'many'], 'whole number'],
    [['train', 'x', '--epochs', '0'], 'whole number'],
    [['train', 'x', '--set', 'nonsense'], 'path=value'],
    [['train', 'x', '--bogus'], 'has no option --bogus'],
    [['evaluate', 'x', '--split', 'future'], 'train, validation, test'],
    [['train', 'x', '--seeds', '3'], 'Did you mean "--seed"?'],
    [['export', 'x', '--format', 'onnx'], 'lamina export needs --out'],
    [['new', 'mnist', 'x.lamina'], 'no template'],
    [['bench', 'W99'], 'nothing to time'],
  ])('%j exits with 2 and says why', async (args, words) => {
    const text = await work.run(...args)
    expect(text.code).toBe(2)
    expect(text.stderr).toContain(words)
    const { code, last } = await work.run(...args, '--json')
    expect(code).toBe(2)
    expect(last).toMatchObject({ event: 'error', code: expect.stringMatching(/^cli\./) })
    for (const field of ['message', 'where', 'expected', 'received', 'fix'])
      expect(last[field], field).toEqual(expect.stringMatching(/\S/))
  })

  it('names near matches of a path that cannot be set', async () => {
    const { code, last } = await work.run('train', project, '--set', 'hidden_1.unit=8', '--json')
    expect(code).toBe(2)
    expect(last).toMatchObject({ code: 'override.unknown-path', where: 'hidden_1.unit' })
    expect(last.fix).toContain('hidden_1.units')
  })

  it('names the models and runs there are', async () => {
    expect((await work.run('train', project, '--model', 'cnn', '--json')).last.expected).toContain('iris-mlp')
    expect((await work.run('evaluate', project, '--run', '999', '--json')).last.expected).toContain('run_')
  })

  it('shows help without failing', async () => {
    const { code, stdout } = await work.run('--help')
    expect(code).toBe(0)
    for (const command of ['new', 'train', 'evaluate', 'sweep', 'serve', 'bench']) expect(stdout).toContain(command)
    expect(existsSync(work.path('x.lamina'))).toBe(false)
  })
})
