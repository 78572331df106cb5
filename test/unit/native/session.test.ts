import { describe, expect, it } from 'vitest'
import { philox4x32, Random } from '../../../engine/base/rng.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { ProgramBuilder, rowNumbers, tinyTraining } from '../../support/native-program.ts'

const native = loadNative()
const rates = (value: number) => Float64Array.of(value)

/** A session whose one program copies x (slot 0) through `scale` to its output. */
function copier(options: { features: number; batchCapacity: number; factor?: number; threads?: number }) {
  const builder = new ProgramBuilder(options.batchCapacity)
  const x = builder.feed([-1, options.features], 0)
  const y = builder.temporary([-1, options.features])
  builder.op('scale', [x], [y], [options.factor ?? 1])
  builder.output(y)
  return native.createSession({
    programs: { main: builder.build() },
    persistentFloats: 32,
    threads: options.threads ?? 1,
    seed: 1,
  })
}

/** Resolves as soon as the condition holds, checked once each turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > end) throw new Error('the condition never held')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('random numbers', () => {
  it('are those of engine/base/rng.ts for any counter and key', () => {
    const random = new Random(11, 3)
    for (let trial = 0; trial < 500; trial += 1) {
      const counter = [random.word(), random.word(), random.word(), random.word()] as const
      const key = [random.word(), random.word()] as const
      expect([...native.philox(counter, key)]).toEqual([...philox4x32(counter, key)])
    }
  })

  it('agree with the published Philox4x32-10 vectors', () => {
    expect([...native.philox([0, 0, 0, 0], [0, 0])]).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8])
    const ones = 0xffffffff
    expect([...native.philox([ones, ones, ones, ones], [ones, ones])]).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ])
  })

  it('refuse a counter of another length', () => {
    expect(() => native.philox([1, 2, 3], [0, 0])).toThrow(expect.objectContaining({ code: 'native.invalid-argument' }))
  })
})

describe('gathering rows', () => {
  it('visits rows in the order asked for, the last batch being shorter', async () => {
    const session = copier({ features: 2, batchCapacity: 2, factor: 10 })
    session.bind([{ data: Float32Array.of(0, 1, 2, 3, 4, 5), rowSize: 2 }])
    const out = new Float32Array(6)
    const result = await session.run({
      program: 'main',
      rows: Int32Array.of(2, 0, 1),
      batchSize: 2,
      learningRates: rates(0),
      iteration: 0,
      outputs: [out],
    })
    expect([...out]).toEqual([40, 50, 0, 10, 20, 30])
    expect(result).toMatchObject({ steps: 2, samples: 3, stopped: 'no' })
    session.dispose()
  })

  it('reads bytes as byte * scale + shift', async () => {
    const session = copier({ features: 3, batchCapacity: 4 })
    session.bind([{ data: Uint8Array.of(0, 128, 255), rowSize: 3, scale: 0.5, shift: -1 }])
    const out = new Float32Array(3)
    const request = { program: 'main', rows: Int32Array.of(0), batchSize: 1, learningRates: rates(0), iteration: 0 }
    await session.run({ ...request, outputs: [out] })
    expect([...out]).toEqual([-1, 63, 126.5])
    session.dispose()
  })

  it('reads shared memory', async () => {
    const session = copier({ features: 2, batchCapacity: 1 })
    const data = new Float32Array(new SharedArrayBuffer(8))
    data.set([7, 8])
    session.bind([{ data, rowSize: 2 }])
    const out = new Float32Array(2)
    const request = { program: 'main', rows: Int32Array.of(0), batchSize: 1, learningRates: rates(0), iteration: 0 }
    await session.run({ ...request, outputs: [out] })
    expect([...out]).toEqual([7, 8])
    session.dispose()
  })

  it('finishes at once when there are no rows', async () => {
    const session = copier({ features: 2, batchCapacity: 1 })
    session.bind([{ data: Float32Array.of(1, 2), rowSize: 2 }])
    const request = { program: 'main', rows: new Int32Array(), batchSize: 1, learningRates: rates(0), iteration: 0 }
    expect(await session.run(request)).toMatchObject({ steps: 0, samples: 0, stopped: 'no' })
    session.dispose()
  })
})

describe('misuse is refused before anything runs', () => {
  const good = { program: 'main', rows: Int32Array.of(0, 1), batchSize: 2, learningRates: rates(0), iteration: 0 }
  const cases: [string, Record<string, unknown>, string][] = [
    ['an unknown program', { program: 'other' }, 'one of "main"'],
    ['a row below zero', { rows: Int32Array.of(-1) }, '0 to 2'],
    ['a row beyond the data', { rows: Int32Array.of(3) }, '0 to 2'],
    ['a batch larger than the capacity', { batchSize: 3 }, '1 to 2'],
    ['an empty batch', { batchSize: 0 }, 'a whole number from 1'],
    [
      'too few learning rates',
      { rows: rowNumbers(3), batchSize: 1, learningRates: new Float64Array(2) },
      '1 or 3 values',
    ],
    ['no learning rate', { learningRates: new Float64Array() }, '1 value'],
    ['learning rates of the wrong type', { learningRates: new Float32Array(1) }, 'a Float64Array'],
    ['a negative iteration', { iteration: -1 }, 'a whole number from 0'],
    ['an output of the wrong length', { outputs: [new Float32Array(3)] }, '4 floats'],
    ['too many outputs', { outputs: [new Float32Array(4), new Float32Array(4)] }, '1 arrays'],
    ['rows that are no typed array', { rows: [0, 1] }, 'an Int32Array'],
  ]
  it.each(cases)('%s', async (_, change, expected) => {
    const session = copier({ features: 2, batchCapacity: 2 })
    session.bind([{ data: new Float32Array(6), rowSize: 2 }])
    const failure = await session.run({ ...good, ...change } as typeof good).catch((error) => error)
    expect(failure).toMatchObject({ code: 'native.invalid-argument' })
    expect(failure.details.expected).toContain(expected)
    expect(await session.run(good)).toMatchObject({ steps: 1 })
    session.dispose()
  })

  it('a run whose data is not bound, or has rows of another size', async () => {
    const session = copier({ features: 2, batchCapacity: 2 })
    await expect(session.run(good)).rejects.toMatchObject({
      code: 'native.invalid-argument',
      details: { expected: 'slot 0' },
    })
    session.bind([{ data: new Float32Array(6), rowSize: 3 }])
    await expect(session.run(good)).rejects.toMatchObject({ details: { received: '3' } })
    session.dispose()
  })

  it('data that was handed over to another thread since it was bound', async () => {
    const session = copier({ features: 2, batchCapacity: 2 })
    const data = new Float32Array(6)
    session.bind([{ data, rowSize: 2 }])
    structuredClone(data, { transfer: [data.buffer] })
    await expect(session.run(good)).rejects.toMatchObject({ code: 'native.invalid-argument' })
    session.dispose()
  })

  it('a range outside the persistent memory', () => {
    const session = copier({ features: 2, batchCapacity: 2 })
    expect(() => session.readPersistent(30, 3)).toThrow(expect.objectContaining({ code: 'native.invalid-argument' }))
    expect(() => session.writePersistent(32, new Float32Array(1))).toThrow(
      expect.objectContaining({ code: 'native.invalid-argument' }),
    )
    session.writePersistent(30, Float32Array.of(5, 6))
    expect([...session.readPersistent(29, 3)]).toEqual([0, 5, 6])
    session.dispose()
  })

  it('a session that was disposed', async () => {
    const session = copier({ features: 2, batchCapacity: 2 })
    session.dispose()
    session.dispose()
    await expect(session.run(good)).rejects.toMatchObject({ code: 'native.disposed' })
    expect(() => session.progress()).toThrow(expect.objectContaining({ code: 'native.disposed' }))
  })
})

describe('training', () => {
  const run = { program: 'train', batchSize: 8, learningRates: rates(0.1), iteration: 0 }

  it('lowers the loss, and the accumulator is the sum of all losses', async () => {
    const { session, rows, weights } = tinyTraining({ rows: 64, features: 3, batchCapacity: 8 })
    const losses: number[] = []
    for (let epoch = 0; epoch < 60; epoch += 1) {
      const result = await session.run({ ...run, rows: rowNumbers(rows), iteration: epoch * 8 })
      losses.push((result.accumulators[0] as number) / rows)
    }
    expect(losses[0]).toBeGreaterThan(0.5)
    expect(losses.at(-1)).toBeLessThan(1e-6)
    expect(weights()[0]).toBeCloseTo(3, 2)
    session.dispose()
  })

  it('gives an instruction the learning rate of its number, the same for all steps or step after step', async () => {
    const builder = new ProgramBuilder(1)
    const gradient = builder.constant([1], [1])
    const weights = [0, 1].map(() => builder.persistent([1]))
    for (const weight of weights) builder.op('sgd_update', [weight, gradient], [weight], [1, 0, 0])
    const train = { ...builder.build(), learningRates: { count: 2, of: Int32Array.of(1, 1) } }
    const options = { programs: { train }, persistentFloats: builder.persistentFloats, threads: 1, seed: 1 }
    const moved = async (rates: readonly number[]) => {
      const session = native.createSession(options)
      const request = { program: 'train', rows: rowNumbers(2), batchSize: 1, iteration: 0 }
      const result = await session.run({ ...request, learningRates: Float64Array.from(rates) }).catch((error) => error)
      if (result instanceof Error) return result
      return weights.map((weight) => -(session.readPersistent(builder.offset(weight), 1)[0] as number))
    }
    expect(await moved([0.25, 2])).toEqual([0.5, 4])
    expect(await moved([0.25, 2, 0.5, 8])).toEqual([0.75, 10])
    expect(await moved([0.25])).toMatchObject({ details: { expected: '2 or 4 values', received: '1' } })
  })

  it('uses the learning rate of each step', async () => {
    const { session, weights } = tinyTraining({ rows: 16, features: 3, batchCapacity: 8 })
    await session.run({ ...run, rows: rowNumbers(16), learningRates: Float64Array.of(0.1, 0) })
    const both = weights()
    session.writePersistent(0, new Float32Array(3))
    await session.run({ ...run, rows: rowNumbers(8) })
    expect(weights()).toEqual(both)
    session.dispose()
  })

  it('stops at the first batch that is not finite, when asked to', async () => {
    const { session, rows } = tinyTraining({ rows: 64, features: 3, batchCapacity: 8 })
    session.writePersistent(0, Float32Array.of(1e30, 0, 0))
    const request = { ...run, rows: rowNumbers(rows) }
    const stopped = await session.run({ ...request, stopWhenNotFinite: true })
    expect(stopped).toMatchObject({ stopped: 'not-finite', steps: 1, samples: 8 })
    session.writePersistent(0, Float32Array.of(1e30, 0, 0))
    expect(await session.run(request)).toMatchObject({ stopped: 'no', steps: 8 })
    session.dispose()
  })

  it('cancels within a batch, says what was done, and can run again', { retry: 2 }, async () => {
    const { session, rows } = tinyTraining({ rows: 64, features: 3, batchCapacity: 1 })
    const visits = Int32Array.from({ length: 5_000_000 }, (_, index) => index % rows)
    const request = { ...run, rows: visits, batchSize: 1, learningRates: rates(1e-6) }
    const pending = session.run(request)
    await until(() => session.progress().step > 10)
    const asked = performance.now()
    session.cancel()
    const result = await pending
    expect(performance.now() - asked).toBeLessThan(1000)
    expect(result.stopped).toBe('cancelled')
    expect(result.steps).toBeGreaterThan(10)
    expect(result.steps).toBeLessThan(visits.length)
    expect(result.samples).toBe(result.steps)
    expect(await session.run({ ...request, rows: rowNumbers(rows) })).toMatchObject({ stopped: 'no', steps: rows })
    session.dispose()
  })

  it('pauses within a batch, stands still, and goes on to the same result', async () => {
    const plain = tinyTraining({ rows: 64, features: 3, batchCapacity: 1 })
    const visits = Int32Array.from({ length: 400_000 }, (_, index) => index % 64)
    const request = { ...run, rows: visits, batchSize: 1, learningRates: rates(1e-6) }
    const whole = await plain.session.run(request)

    const held = tinyTraining({ rows: 64, features: 3, batchCapacity: 1 })
    held.session.pause()
    const pending = held.session.run(request)
    expect(held.session.progress()).toMatchObject({ running: true, paused: true, step: 0, steps: visits.length })
    held.session.resume()
    await until(() => held.session.progress().step > 10)
    held.session.pause()
    let before = -1
    await until(() => {
      const { step } = held.session.progress()
      const still = step === before
      before = step
      return still
    })
    expect(held.session.progress().paused).toBe(true)
    held.session.resume()
    const result = await pending
    expect(result.accumulators).toEqual(whole.accumulators)
    expect(held.weights()).toEqual(plain.weights())
    plain.session.dispose()
    held.session.dispose()
  })

  it('refuses a second run, reading and binding while one goes on', async () => {
    const { session, rows } = tinyTraining({ rows: 64, features: 3, batchCapacity: 1 })
    const request = { ...run, rows: rowNumbers(rows), batchSize: 1 }
    session.pause()
    const pending = session.run(request)
    await expect(session.run(request)).rejects.toMatchObject({ code: 'native.busy' })
    expect(() => session.readPersistent(0, 1)).toThrow(expect.objectContaining({ code: 'native.busy' }))
    expect(() => session.writePersistent(0, new Float32Array(1))).toThrow(
      expect.objectContaining({ code: 'native.busy' }),
    )
    expect(() => session.bind([])).toThrow(expect.objectContaining({ code: 'native.busy' }))
    session.resume()
    expect(await pending).toMatchObject({ steps: rows })
    session.dispose()
  })

  it('a run of a session that is disposed meanwhile resolves as cancelled', async () => {
    const { session, rows } = tinyTraining({ rows: 64, features: 3, batchCapacity: 1 })
    session.pause()
    const pending = session.run({ ...run, rows: rowNumbers(rows), batchSize: 1 })
    session.dispose()
    expect(await pending).toMatchObject({ stopped: 'cancelled', steps: 0 })
  })

  it('gives concurrent sessions the results they have alone, whatever the core budget', async () => {
    const train = async (threads: number, seed: number) => {
      const tiny = tinyTraining({ rows: 512, features: 257, batchCapacity: 256, threads, seed })
      for (let epoch = 0; epoch < 5; epoch += 1)
        await tiny.session.run({ ...run, rows: rowNumbers(512), batchSize: 256, iteration: epoch * 2 })
      const weights = tiny.weights()
      tiny.session.dispose()
      return weights
    }
    const alone: Float32Array[] = []
    for (let seed = 0; seed < 8; seed += 1) alone.push(await train(1, seed))
    try {
      for (const budget of [1, 3, 16]) {
        native.setCoreBudget(budget)
        const together = await Promise.all(alone.map((_, seed) => train(1 + (seed % 4), seed)))
        expect(together).toEqual(alone)
      }
    } finally {
      native.setCoreBudget(native.info().cores)
    }
  })

  it('tells the time of each instruction while profiling is on', async () => {
    const { session, rows } = tinyTraining({ rows: 64, features: 3, batchCapacity: 8 })
    expect(session.profile(true)).toEqual([])
    await session.run({ ...run, rows: rowNumbers(rows) })
    const entries = session.profile(false)
    expect(entries.map((entry) => entry.kernel)).toEqual([
      'dense',
      'mean_squared_error',
      'accumulate',
      'batch_mean_gradient',
      'mean_squared_error_gradient',
      'dense_parameter_gradient',
      'sgd_update',
    ])
    expect(entries.every((entry) => entry.program === 'train' && entry.calls === 8 && entry.seconds > 0)).toBe(true)
    await session.run({ ...run, rows: rowNumbers(rows) })
    expect(session.profile(true)[0]?.calls).toBe(8)
    expect(session.profile(true)).toEqual([])
    session.dispose()
  })
})
