import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import type { Checkpoint, Resume } from '../../../engine/training/checkpoint.ts'
import { runStateFromJson, runStateToJson } from '../../../engine/training/run-state.ts'
import { createTrainer, type RunOutcome, type TrainRequest } from '../../../engine/training/trainer.ts'
import { TrainingControl, type TrainingRequest } from '../../../engine/training/trainer-control.ts'
import { epochOrder } from '../../../engine/training/trainer-loop.ts'
import { readCheckpoints } from './checkpoint-files.ts'
import { killedProject } from './killed-run.ts'
import { type Project, templateProject } from './projects.ts'

const trainer = createTrainer({ native: loadNative() })

/** Digits with dropout, so that shuffling, initialisation and dropout all draw random numbers. */
function noisyDigits(plan: Partial<Project['plan']> = {}): Project {
  const project = templateProject('digits')
  const layers = Object.values(project.document.nodes)
  expect(layers.some(({ type }) => type === 'dropout')).toBe(true)
  return { ...project, plan: { ...project.plan, epochs: 6, ...plan } }
}

/** A checkpoint as it comes back from a store. */
function stored(checkpoint: Checkpoint): Checkpoint {
  return { ...checkpoint, state: runStateFromJson(JSON.parse(JSON.stringify(runStateToJson(checkpoint.state)))) }
}

function resumeOf({ last, best, history }: RunOutcome): Resume {
  return { last: stored(last), best: best && stored(best), history }
}

/** Metrics and learning rates of all epochs; times differ from run to run. */
function numbersOf({ history }: RunOutcome): unknown[] {
  return history.map(({ epoch, learningRate, metrics }) => ({ epoch, learningRate, metrics }))
}

function expectSameRun(actual: RunOutcome, expected: RunOutcome): void {
  expect(numbersOf(actual)).toEqual(numbersOf(expected))
  expect(actual.model.persistent).toEqual(expected.model.persistent)
  expect(actual.last.persistent).toEqual(expected.last.persistent)
  expect(actual.epoch).toBe(expected.epoch)
}

/** Trains and asks to stop after the given number of turns of the event loop. */
async function stopAfter(turns: number, request: TrainRequest): Promise<RunOutcome> {
  const control = new TrainingControl()
  let running = true
  const countdown = async () => {
    for (let turn = 0; turn < turns && running; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    control.stop()
  }
  const [outcome] = await Promise.all([
    trainer.train({ ...request, control }).finally(() => {
      running = false
    }),
    countdown(),
  ])
  return outcome
}

/** Says `stop` from the given reading of `requested` on: the loop reads it at every place where it may stop. */
class StopsAtReading extends TrainingControl {
  #readings: number

  constructor(readings: number) {
    super()
    this.#readings = readings
  }

  override get requested(): TrainingRequest {
    this.#readings -= 1
    return this.#readings < 0 ? 'stop' : super.requested
  }
}

describe('the same seed', () => {
  it('gives the same bits on 1, 2 and 4 threads', async () => {
    const project = noisyDigits()
    const one = await trainer.train({ ...project, threads: 1 })
    for (const threads of [2, 4]) expectSameRun(await trainer.train({ ...project, threads }), one)
  })

  it('gives other weights than another seed', async () => {
    const project = noisyDigits({ epochs: 1 })
    const one = await trainer.train(project)
    const two = await trainer.train({ ...project, seed: project.plan.seed + 1 })
    expect(two.model.persistent).not.toEqual(one.model.persistent)
  })

  it('orders rows by seed and epoch alone', () => {
    const rows = Int32Array.from({ length: 100 }, (_, index) => index * 2)
    const order = epochOrder(rows, 7, 3)
    expect(epochOrder(rows, 7, 3)).toEqual(order)
    expect(epochOrder(rows, 7, 4)).not.toEqual(order)
    expect(epochOrder(rows, 8, 3)).not.toEqual(order)
    expect(order.slice().sort()).toEqual(rows)
  })
})

describe('a run that was stopped and resumed', () => {
  it('is the uninterrupted run, bit for bit, wherever it was stopped', async () => {
    const project = noisyDigits()
    const whole = await trainer.train(project)
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21, 34, 200]) {
      let outcome = await stopAfter(turns, project)
      for (let rounds = 0; outcome.status === 'stopped' && rounds < 3; rounds += 1)
        outcome = await stopAfter(turns, { ...project, resumeFrom: resumeOf(outcome) })
      if (outcome.status === 'stopped') outcome = await trainer.train({ ...project, resumeFrom: resumeOf(outcome) })
      expectSameRun(outcome, whole)
    }
  })

  it('is the uninterrupted run at each place between epochs, and between training and validation', async () => {
    const project = noisyDigits({ epochs: 3 })
    const whole = await trainer.train(project)
    const stops: [iteration: number, inEpoch: boolean][] = []
    for (let readings = 0; ; readings += 2) {
      const outcome = await trainer.train({ ...project, control: new StopsAtReading(readings) })
      if (outcome.status !== 'stopped') break
      stops.push([outcome.last.iteration, outcome.last.state.partial !== null])
      expectSameRun(await trainer.train({ ...project, resumeFrom: resumeOf(outcome) }), whole)
    }
    const steps = whole.last.iteration / 3
    expect(new Set(stops.map(String))).toEqual(
      new Set([0, 1, 2].flatMap((epoch) => [`${epoch * steps},false`, `${(epoch + 1) * steps},true`])),
    )
  })

  it('goes on in the middle of an epoch, at the very batch', async () => {
    const project = noisyDigits({ batchSize: 1, epochs: 2 })
    project.split.train = Int32Array.from({ length: 40_000 }, (_, index) => project.split.train[index % 900] as number)
    const whole = await trainer.train(project)
    const control = new TrainingControl()
    const stopped = await trainer.train({
      ...project,
      control,
      onEvent: (event) => {
        if (event.type === 'progress' && event.step > 0) control.stop()
      },
    })
    expect(stopped.status).toBe('stopped')
    const { partial } = stopped.last.state
    expect(partial?.step).toBeGreaterThan(0)
    expect(partial?.step).toBeLessThan(40_000)
    expectSameRun(await trainer.train({ ...project, resumeFrom: resumeOf(stopped) }), whole)
  })

  it('keeps what early stopping knew', async () => {
    const project = templateProject('iris')
    const earlyStopping = { enabled: true, monitor: 'validation_loss', patience: 15, minDelta: 0, restoreBest: true }
    const plan = { ...project.plan, epochs: 400, earlyStopping }
    const whole = await trainer.train({ ...project, plan })
    expect(whole.reason).toBe('early-stopping')
    for (const turns of [40, 90, 160]) {
      const stopped = await stopAfter(turns, { ...project, plan })
      const outcome =
        stopped.status === 'completed'
          ? stopped
          : await trainer.train({ ...project, plan, resumeFrom: resumeOf(stopped) })
      expectSameRun(outcome, whole)
      expect(outcome.reason).toBe('early-stopping')
    }
  })

  it('trains on when more epochs are asked for', async () => {
    const project = noisyDigits({ epochs: 4 })
    const whole = await trainer.train(project)
    const half = await trainer.train({ ...project, plan: { ...project.plan, epochs: 2 } })
    expect(half.last.state.finished).toBe(true)
    expectSameRun(await trainer.train({ ...project, resumeFrom: resumeOf(half) }), whole)
  })

  it('is refused when the checkpoint belongs to another network', async () => {
    const half = await trainer.train(noisyDigits({ epochs: 1 }))
    const other = trainer.train({ ...templateProject('iris'), resumeFrom: resumeOf(half) })
    await expect(other).rejects.toMatchObject({ code: 'training.checkpoint-mismatch' })
  })
})

describe('pausing', () => {
  it('checkpoints, stands still, and goes on to the same bits', async () => {
    const project = noisyDigits({ epochs: 10 })
    const whole = await trainer.train(project)
    const control = new TrainingControl()
    const states: string[] = []
    let checkpoints = 0
    const pending = trainer.train({
      ...project,
      control,
      save: () => {
        checkpoints += 1
      },
      onEvent: (event) => {
        if (event.type !== 'state') return
        states.push(event.state)
        if (event.state === 'paused') {
          expect(checkpoints).toBeGreaterThan(0)
          setImmediate(() => control.resume())
        }
      },
    })
    control.pause()
    expectSameRun(await pending, whole)
    expect(states).toEqual(['paused', 'running'])
  })

  it('can be ended by a stop', async () => {
    const control = new TrainingControl()
    const pending = trainer.train({
      ...noisyDigits({ epochs: 100_000 }),
      control,
      onEvent: (event) => {
        if (event.type === 'state') control.stop()
      },
    })
    control.pause()
    expect(await pending).toMatchObject({ status: 'stopped' })
  })
})

describe('a stop', () => {
  it('is answered within a second', { retry: 2 }, async () => {
    const control = new TrainingControl()
    let asked = 0
    const outcome = await trainer.train({
      ...noisyDigits({ epochs: 1_000_000 }),
      control,
      onEvent: (event) => {
        if (event.type !== 'progress' || asked > 0) return
        asked = performance.now()
        control.stop()
      },
    })
    expect(performance.now() - asked).toBeLessThan(1000)
    expect(outcome).toMatchObject({ status: 'stopped', reason: 'stopped' })
    expect(outcome.history.at(-1)?.epoch).toBe(outcome.last.epoch)
  })
})

describe('a process that is killed', () => {
  it('loses what came after its last checkpoint, and the resumed run is the uninterrupted one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lamina-killed-'))
    try {
      for (const checkpointsBefore of [1, 3]) {
        const child = fork(join(import.meta.dirname, 'killed-run.ts'), [folder], { stdio: 'ignore' })
        let seen = 0
        await new Promise<void>((resolve) => {
          child.on('message', () => {
            seen += 1
            if (seen === checkpointsBefore) child.kill('SIGKILL')
          })
          child.on('exit', () => resolve())
        })
        expect(child.signalCode).toBe('SIGKILL')
        const resumeFrom = readCheckpoints(folder)
        expect(resumeFrom.last.iteration).toBeGreaterThan(0)
        const project = killedProject(resumeFrom.last.epoch + 3)
        const resumed = await trainer.train({ ...project, resumeFrom })
        const whole = await trainer.train(project)
        expect(resumed.model.persistent).toEqual(whole.model.persistent)
        expect(resumed.history.at(-1)?.metrics).toEqual(whole.history.at(-1)?.metrics)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
