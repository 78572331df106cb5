import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts'
import { decodeSafetensors } from '../../../engine/export/safetensors/safetensors.ts'
import { exportSafetensors, namedWeights } from '../../../engine/export/weights.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { runStateFromJson, runStateToJson } from '../../../engine/training/run-state.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { TrainingControl } from '../../../engine/training/trainer-control.ts'
import { documentOf } from '../../support/model.ts'
import { type Project, templateProject, textProject } from './projects.ts'

const native = loadNative()
const trainer = createTrainer({ native })

function digits(params: Record<string, number | boolean | string>, epochs = 3): Project {
  const project = templateProject('digits')
  return { ...project, plan: { ...project.plan, epochs, optimizer: { type: 'adam', params } } }
}

const settings = {
  'gathering gradients of 7 steps': { gradientAccumulationSteps: 7 },
  'averaging weights': { useEma: true, emaMomentum: 0.95 },
  'both, overwriting': {
    gradientAccumulationSteps: 3,
    useEma: true,
    emaMomentum: 0.9,
    emaOverwriteFrequency: 5,
    clipping: 'norm',
    clipLimit: 0.5,
  },
}

describe.each(Object.entries(settings))('%s', (_, params) => {
  it('goes on where a run ended, to the bit', async () => {
    const project = digits(params)
    const whole = await trainer.train(project)
    // 40 steps: in the middle of a cycle of 3 or 7.
    const { last } = await trainer.train({ ...project, plan: { ...project.plan, epochs: 1 } })
    expect(last.iteration).toBe(40)
    const state = runStateFromJson(JSON.parse(JSON.stringify(runStateToJson(last.state))))
    const resumed = await trainer.train({ ...project, resumeFrom: { last: { ...last, state } } })
    expect(resumed.model.persistent).toEqual(whole.model.persistent)
  })

  it('gives the same bits on 1, 2 and 4 threads', async () => {
    const project = digits(params, 2)
    const one = await trainer.train({ ...project, threads: 1 })
    for (const threads of [2, 4])
      expect((await trainer.train({ ...project, threads })).model.persistent).toEqual(one.model.persistent)
  })
})

it('two steps of 16 rows that are gathered move the weights as one of 32 does', async () => {
  const plain = digits({}, 1)
  // No dropout, which draws by the step.
  const nodes = Object.fromEntries(
    Object.entries(plain.document.nodes).map(([id, node]) =>
      node.type === 'dropout' ? [id, { ...node, params: { rate: 0 } }] : [id, node],
    ),
  )
  const rows = { ...plain.split, train: plain.split.train.subarray(0, 1024) }
  const project = { ...plain, document: { ...plain.document, nodes }, split: rows }
  const whole = await trainer.train({ ...project, plan: { ...project.plan, batchSize: 32 } })
  const optimizer = { type: 'adam', params: { gradientAccumulationSteps: 2 } }
  const gathered = await trainer.train({ ...project, plan: { ...project.plan, batchSize: 16, optimizer } })
  for (const weight of whole.model.compiled.weights) {
    const twin = gathered.model.compiled.weights.find(({ path }) => path === weight.path)
    const length = weight.shape.reduce((product, size) => product * size, 1)
    for (let index = 0; index < length; index += 1)
      expect(gathered.model.persistent[(twin?.offset ?? 0) + index]).toBeCloseTo(
        whole.model.persistent[weight.offset + index] as number,
        3,
      )
  }
})

describe('averaged weights', () => {
  it('are what is measured after an epoch, evaluated and exported', async () => {
    const project = digits({ useEma: true, emaMomentum: 0.99, learningRate: 0.01 }, 3)
    const { model, history } = await trainer.train(project)
    const { metrics } = await evaluateRows(native, model, project.table, project.split.validation)
    expect(metrics.accuracy).toBeCloseTo(history.at(-1)?.metrics.validation_accuracy as number, 12)
    const [kernel] = model.compiled.weights
    const named = namedWeights(model.compiled, model.persistent)[0]
    const length = named?.data.length as number
    const at = (offset: number) => model.persistent.slice(offset, offset + length)
    expect(kernel?.usedOffset).not.toBe(kernel?.offset)
    expect(named?.data).toEqual(at(kernel?.usedOffset as number))
    expect(named?.data).not.toEqual(at(kernel?.offset as number))
  })

  it('of a run of no step are the initial weights', async () => {
    const project = digits({ useEma: true })
    const control = new TrainingControl()
    control.stop()
    const { model } = await trainer.train({ ...project, control })
    for (const { offset, usedOffset, shape } of model.compiled.weights) {
      const length = shape.reduce((product, size) => product * size, 1)
      expect(model.persistent.slice(usedOffset, usedOffset + length)).toEqual(
        model.persistent.slice(offset, offset + length),
      )
    }
  })
})

/** Pairs of points: 1 where both lie in the same of four corners. The sides are drawn from one distribution. */
function siamese(): Project {
  const rows = Array.from({ length: 400 }, (_, row) => {
    const angle = (k: number) => Math.sin(row * 12.9898 + k * 78.233) * 43758.5453
    const point = (k: number) => 2 * (angle(k) - Math.floor(angle(k))) - 1
    const [a, b, c, d] = [point(1), point(2), point(3), point(4)] as const
    const same = a > 0 === c > 0 && b > 0 === d > 0
    return `${[a, b, c, d].map((value) => value.toFixed(4)).join(',')},${same ? 'same' : 'other'}`
  })
  const project = textProject(`a,b,c,d,y\n${rows.join('\n')}\n`, [], {
    epochs: 150,
    batchSize: 16,
    optimizer: { type: 'adam', params: { learningRate: 0.01 } },
  })
  const tower = { type: 'dense', params: { units: 16, activation: 'tanh' } }
  const top = { type: 'dense', params: { units: 6, activation: 'tanh' } }
  const document = documentOf({
    left: { type: 'input', params: { columns: ['a', 'b'] } },
    right: { type: 'input', params: { columns: ['c', 'd'] } },
    tower: { ...tower, from: ['left'] },
    tower_again: { ...tower, from: ['right'], weightsFrom: 'tower' },
    top: { ...top, from: ['tower'] },
    top_again: { ...top, from: ['tower_again'], weightsFrom: 'top' },
    difference: { type: 'subtract', from: ['top', 'top_again'] },
    square: { type: 'multiply', from: ['difference', 'difference_again'] },
    last: { type: 'dense', params: { units: 1, activation: 'sigmoid' }, from: ['square'] },
    difference_again: { type: 'activation', params: { activation: 'linear' }, from: ['difference'] },
    out: { type: 'output', from: ['last'] },
  })
  return { ...project, document }
}

describe('a siamese network', () => {
  it('learns, has each weight once, and is exported as it computes', async () => {
    const project = siamese()
    const { model, history } = await trainer.train(project)
    const { compiled, persistent, fitted } = model
    expect(compiled.weights.map(({ path }) => path)).toEqual([
      ...['tower/kernel', 'tower/bias', 'top/kernel', 'top/bias', 'last/kernel', 'last/bias'],
    ])
    expect(compiled.report.parameters).toBe(2 * 16 + 16 + 16 * 6 + 6 + 6 + 1)
    expect(history.at(-1)?.metrics.accuracy).toBeGreaterThan(0.95)

    const file = decodeSafetensors(exportSafetensors(compiled, persistent))
    expect(file.tensors.map(({ name }) => name).sort()).toEqual(compiled.weights.map(({ path }) => path).sort())

    const exported = exportOnnx({ compiled, persistent, fitted, name: 'siamese', version: '0.0.0' })
    const session = await InferenceSession.create(exported.bytes)
    const all = Int32Array.from({ length: project.table.rowCount }, (_, row) => row)
    const predicted = await predictTable(native, model, project.description, project.table, { rows: all })
    const cells = project.table.columns.slice(0, 4).map((column) => (column as { values: Float64Array }).values)
    const feeds = Object.fromEntries(
      exported.inputs.map(({ name }, index) => {
        const columns = exported.inputs.length === 1 ? cells : cells.slice(2 * index, 2 * index + 2)
        const data = Float32Array.from([...all].flatMap((row) => columns.map((column) => column[row] as number)))
        return [name, new Tensor('float32', data, [all.length, columns.length])]
      }),
    )
    const results = await session.run(feeds)
    const scores = (predicted.outputs[0] as { scores: Float64Array }).scores
    const found = results[exported.outputs[0]!.name]?.data as Float32Array
    expect(found.length).toBe(all.length)
    const worst = Math.max(...[...all].map((row) => Math.abs(found[row]! - scores[2 * row + 1]!)))
    expect(worst).toBeLessThan(1e-5)
  })
})
