import { describe, expect, it } from 'vitest'
import { crossValidate } from '../../../engine/evaluation/kfold.ts'
import { loadNative } from '../../../engine/native/index.ts'
import type { NativeAddon, NativeSession, RunRequest } from '../../../engine/native/program.ts'
import { chain } from '../../../engine/templates/chain.ts'
import { runStateFromJson, runStateToJson } from '../../../engine/training/run-state.ts'
import { stepRunnerOf } from '../../../engine/training/step-runner.ts'
import { createTrainer, type RunOutcome, type TrainRequest } from '../../../engine/training/trainer.ts'
import { TrainingControl } from '../../../engine/training/trainer-control.ts'
import { runSweep } from '../../../engine/tuning/sweep.ts'
import { clouds, counts, withPseudo } from './few-labels.ts'
import { type Project, templateProject } from './projects.ts'

const native = loadNative()
const trainer = createTrainer({ native })

/** Where a run is stopped: at a call of a program, counted from 0, before it (0) or after so many of its steps. */
interface Place {
  program: 'train' | 'predict' | 'evaluate'
  call: number
  steps: number
}

/** An addon whose sessions end that call as a user's stop would, exactly there. */
function stoppingAt({ program, call, steps }: Place, control: TrainingControl): NativeAddon {
  const calls = { train: 0, predict: 0, evaluate: 0 }
  const wrap = (session: NativeSession): NativeSession => ({
    bind: (slots) => session.bind(slots),
    readPersistent: (offset, length) => session.readPersistent(offset, length),
    writePersistent: (offset, data) => session.writePersistent(offset, data),
    cancel: () => session.cancel(),
    pause: () => session.pause(),
    resume: () => session.resume(),
    progress: () => session.progress(),
    profile: (enable) => session.profile(enable),
    dispose: () => session.dispose(),
    async run(request: RunRequest) {
      const name = request.program as Place['program']
      calls[name] += 1
      if (name !== program || calls[name] !== call + 1) return session.run(request)
      const rows = request.rows.subarray(0, steps * request.batchSize)
      const nothing = { steps: 0, samples: 0, seconds: 0, accumulators: request.accumulators ?? new Float64Array(2) }
      const done = steps === 0 ? nothing : await session.run({ ...request, rows })
      control.stop()
      return { ...done, stopped: 'cancelled' }
    },
  })
  return { ...native, createSession: (options) => wrap(native.createSession(options)) }
}

async function stopped(project: Project & Partial<TrainRequest>, place: Place): Promise<RunOutcome> {
  const control = new TrainingControl()
  const outcome = await createTrainer({ native: stoppingAt(place, control) }).train({ ...project, control })
  expect(outcome.status).toBe('stopped')
  return outcome
}

function resumeOf({ last, best, history }: RunOutcome): TrainRequest['resumeFrom'] {
  const state = runStateFromJson(JSON.parse(JSON.stringify(runStateToJson(last.state))))
  return { last: { ...last, state }, best, history }
}

/** The target of rows without a label is refused by the column's own policy. */
const strict = { missing: 'error' } as const

describe('a run with pseudo-labels that was stopped', () => {
  // Chosen before epochs 3, 5 and 7; each epoch is one call of train, and two of evaluate.
  const project = clouds({
    plan: { ...withPseudo({ everyEpochs: 2 }), classWeight: 'balanced', sampleWeight: 'weight' },
  })

  it.each([
    ['in the warm-up', { program: 'train', call: 1, steps: 2 }],
    ['while rows are chosen', { program: 'predict', call: 0, steps: 0 }],
    ['while they are chosen anew', { program: 'predict', call: 1, steps: 0 }],
    ['before the first step on them', { program: 'train', call: 2, steps: 0 }],
    ['in the middle of the epoch that chose them', { program: 'train', call: 2, steps: 7 }],
    ['in the middle of the epoch after it', { program: 'train', call: 3, steps: 5 }],
    ['in the last epoch', { program: 'train', call: 7, steps: 9 }],
    ['while labelled rows are measured', { program: 'evaluate', call: 6, steps: 0 }],
    ['while validation rows are measured', { program: 'evaluate', call: 7, steps: 0 }],
  ] satisfies [string, Place][])('%s goes on to the same bits', async (_, place) => {
    const whole = await trainer.train(project)
    const half = await stopped(project, place)
    const resumed = await trainer.train({ ...project, resumeFrom: resumeOf(half), threads: 2 })
    expect(resumed.model.persistent).toEqual(whole.model.persistent)
    expect(resumed.history.map(({ metrics }) => metrics)).toEqual(whole.history.map(({ metrics }) => metrics))
    expect(resumed.last.state.pseudoLabels).toEqual(whole.last.state.pseudoLabels)
  })

  it('keeps the rows of its epoch: others would be chosen with the weights it stopped at', async () => {
    const half = await stopped(project, { program: 'train', call: 2, steps: 7 })
    expect(half.last.state.partial?.step).toBe(7)
    const kept = half.last.state.pseudoLabels
    const resumed = await trainer.train({
      ...project,
      plan: { ...project.plan, epochs: 3 },
      resumeFrom: resumeOf(half),
    })
    expect(resumed.last.state.pseudoLabels).toEqual(kept)
    // A checkpoint without them, as an older version might write, has them chosen again.
    const old = runStateToJson(half.last.state)
    const { pseudoLabels: _, ...without } = old
    expect(runStateFromJson(without).pseudoLabels).toBeNull()
  })

  it('can be paused while rows are chosen', async () => {
    const whole = await trainer.train(project)
    const control = new TrainingControl()
    let paused = false
    const session: NativeAddon = {
      ...native,
      createSession(options) {
        const inner = native.createSession(options)
        const run = inner.run.bind(inner)
        inner.run = async (request) => {
          if (request.program !== 'predict' || paused) return run(request)
          paused = true
          control.pause()
          return { ...(await run(request)), stopped: 'cancelled' }
        }
        return inner
      },
    }
    const states: string[] = []
    const outcome = await createTrainer({ native: session }).train({
      ...project,
      control,
      onEvent(event) {
        if (event.type !== 'state') return
        states.push(event.state)
        if (event.state === 'paused') queueMicrotask(() => control.resume())
      },
    })
    expect(states).toEqual(['paused', 'running'])
    expect(outcome.model.persistent).toEqual(whole.model.persistent)
  })
})

describe('rows without a label', () => {
  it('are refused by a strict column unless pseudo-labels make use of them', async () => {
    const off = clouds({ ...strict, plan: withPseudo({ enabled: false }) })
    await expect(trainer.train(off)).rejects.toMatchObject({ code: 'data.missing-value' })
    const on = await trainer.train(clouds(strict))
    const lenient = await trainer.train(clouds())
    expect(on.model.persistent).toEqual(lenient.model.persistent)
  })

  it('are still refused by it among rows that validate', async () => {
    await expect(trainer.train(clouds({ ...strict, hole: true }))).rejects.toMatchObject({
      code: 'data.missing-value',
      details: { where: 'column "y", row 13, 14, 15' },
    })
    // A column that leaves such rows out does so in every part.
    const { split } = await trainer.train(clouds({ hole: true }))
    expect(split.validation).toHaveLength(57)
    expect(split.unlabelled).toHaveLength(216)
  })

  it('fit the scaling of features, not the weights of classes', async () => {
    const { split, model } = await trainer.train(clouds())
    const off = await trainer.train(clouds({ plan: withPseudo({ enabled: false }) }))
    expect(split.train).toEqual(off.split.train)
    expect(model.fitted.targets).toEqual(off.model.fitted.targets)
    expect(model.fitted.features).not.toEqual(off.model.fitted.features)
  })

  it('have to be there', async () => {
    await expect(trainer.train(clouds({ every: 1 }))).rejects.toMatchObject({
      code: 'training.pseudo-labels',
      details: {
        where: 'training.pseudoLabels.enabled',
        expected: 'training rows whose target is missing',
        received: '240 training rows, all with a label',
      },
    })
  })

  it('do not count when a batch is held against the rows there are', async () => {
    await expect(trainer.train(clouds({ plan: { batchSize: 25 } }))).rejects.toMatchObject({
      code: 'training.batch-larger-than-data',
      details: { expected: 'at most 24, the number of labelled training rows' },
    })
  })

  it('need a number in the column of sample weights', async () => {
    await expect(trainer.train(clouds({ plan: { sampleWeight: 'x' } }))).rejects.toMatchObject({
      code: 'training.sample-weight',
    })
  })
})

describe('pseudo-labels are refused', () => {
  const input = { type: 'input', name: 'input' }
  const hidden = { type: 'dense', name: 'hidden', params: { units: 3, activation: 'softmax' } }
  const refusals: [string, Project, string][] = [
    [
      'for numbers',
      clouds({ last: { units: 1, activation: 'linear' }, target: (row) => `${row}.5` }),
      'a column of classes',
    ],
    ['without probabilities', clouds({ last: { units: 3, activation: 'tanh' } }), 'softmax over the classes'],
    [
      'for several Outputs',
      {
        ...clouds(),
        document: chain([
          input,
          hidden,
          { type: 'output', name: 'one' },
          { type: 'output', name: 'two', from: ['hidden'] },
        ]),
      },
      'one Output',
    ],
    [
      'for an autoencoder',
      {
        ...clouds(),
        document: chain([
          input,
          { type: 'dense', name: 'drawing', params: { units: 2 } },
          { type: 'output', name: 'answer', params: { target: 'input:input' } },
        ]),
      },
      'a column of classes',
    ],
  ]

  it.each(refusals)('%s', async (_, project, expected) => {
    const document =
      expected === 'softmax over the classes' ? withLoss(project, 'mean_squared_error') : project.document
    await expect(trainer.train({ ...project, document })).rejects.toMatchObject({
      code: 'training.pseudo-labels',
      details: {
        where: 'training.pseudoLabels.enabled',
        expected: expect.stringContaining(expected),
        received: expect.any(String),
        fix: expect.any(String),
      },
    })
  })

  it('for a GAN', async () => {
    const gan = templateProject('gan-digits')
    const plan = { ...gan.plan, pseudoLabels: { ...gan.plan.pseudoLabels, enabled: true } }
    await expect(trainer.train({ ...gan, plan })).rejects.toMatchObject({ code: 'training.pseudo-labels' })
  })
})

function withLoss({ document }: Project, loss: string): Project['document'] {
  const answer = document.nodes.answer!
  const nodes = { ...document.nodes, answer: { ...answer, params: { ...answer.params, loss } } }
  return { ...document, nodes }
}

describe('elsewhere', () => {
  it('every fold of a cross-validation trains on all unlabelled rows and is tested on labelled ones', async () => {
    const project = clouds({ plan: { epochs: 4 } })
    const started: number[] = []
    const report = await crossValidate(native, {
      ...project,
      folds: { k: 4, stratified: true },
      onEvent: (_fold, event) => {
        if (event.type === 'started') started.push(event.unlabelledSamples)
      },
    })
    // 24 of the training part, 60 each of the others.
    expect(report.folds.map(({ testRows }) => testRows)).toEqual([36, 36, 36, 36])
    expect(report.folds.map(({ trainRows }) => trainRows)).toEqual([108, 108, 108, 108])
    expect(started).toEqual([216, 216, 216, 216])
    expect(report.metrics.accuracy?.mean).toBeGreaterThan(0.7)
    const strictly = await crossValidate(native, {
      ...clouds({ ...strict, plan: { epochs: 4 } }),
      folds: { k: 4, stratified: true },
    })
    expect(strictly.metrics).toEqual(report.metrics)
  })

  it('a fold learns from no group that it tests, and from nothing that lies behind its test rows', async () => {
    const project = clouds({ plan: { ...withPseudo({ warmupEpochs: 0 }), epochs: 1 } })
    const unlabelledOf = async (folds: { k: number; groupColumn?: string; time?: boolean }) => {
      const seen: number[] = []
      await crossValidate(native, {
        ...project,
        folds,
        parallel: 1,
        onEvent: (fold, event) => {
          if (event.type === 'started') seen[fold] = event.unlabelledSamples
        },
      })
      return seen
    }
    // The column of weights goes by thirds of the rows.
    expect(await unlabelledOf({ k: 3, groupColumn: 'weight' })).toEqual([144, 144, 144])
    const growing = await unlabelledOf({ k: 3, time: true })
    expect(growing).toEqual([...growing].sort((a, b) => a - b))
    expect(growing[2]).toBeLessThan(216)
  })

  it('a sweep varies their threshold', async () => {
    const base = clouds({ plan: { epochs: 6 } })
    const dimension = { path: 'training.pseudoLabels.threshold', values: [0, 1] }
    const { trials } = await runSweep(native, {
      base,
      space: { dimensions: [{ kind: 'list', ...dimension }] } as never,
      strategy: 'grid',
      protocol: { kind: 'holdout' },
    })
    expect(trials.map(({ status }) => status)).toEqual(['completed', 'completed'])
    expect(trials[0]?.metrics.loss).not.toBe(trials[1]?.metrics.loss)
  })

  it('a threshold of 0 takes every row, one of 1 next to none', async () => {
    const all = await trainer.train(clouds({ plan: { ...withPseudo({ threshold: 0 }), epochs: 3 } }))
    expect(counts(all.history)).toEqual([0, 0, 216])
    const none = await trainer.train(clouds({ plan: { ...withPseudo({ threshold: 1 }), epochs: 3 } }))
    expect(counts(none.history)).toEqual([0, 0, 0])
  })

  it('timed steps run on labelled rows', async () => {
    const runner = stepRunnerOf(native, { ...clouds(strict), threads: 1 })
    expect(await runner.run(2)).toBeGreaterThan(0)
    runner.dispose()
  })
})
