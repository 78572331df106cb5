import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { type Program, VALUE_STRIDE } from '../../../engine/native/program.ts'
import { ProgramBuilder, rowNumbers } from '../../support/native-program.ts'

const native = loadNative()

const PERSISTENT = 64

/** x [N, 3] -> dense(2) -> relu -> mean squared error against slot 1, accumulated, with its gradient and an SGD step. */
function sample(): Program {
  const builder = new ProgramBuilder(8)
  builder.accumulators = 1
  const x = builder.feed([-1, 3], 0)
  const target = builder.feed([-1, 2], 1)
  const w = builder.persistent([3, 2])
  const b = builder.persistent([2])
  const one = builder.constant([], [1])
  const [h, y, dy, dh] = [0, 1, 2, 3].map(() => builder.temporary([-1, 2])) as [number, number, number, number]
  const loss = builder.temporary([-1])
  const g = builder.temporary([-1])
  const dw = builder.temporary([3, 2])
  const db = builder.temporary([2])
  builder.op('dense', [x, w, b], [h], [0, 0])
  builder.op('activation', [h], [y], [1, 0])
  builder.op('mean_squared_error', [y, target], [loss])
  builder.op('accumulate', [loss], [], [0, 1])
  builder.op('batch_mean_gradient', [one], [g])
  builder.op('mean_squared_error_gradient', [g, y, target], [dy])
  builder.op('activation_gradient', [dy, -1, y], [dh], [1, 0])
  builder.op('dense_parameter_gradient', [x, dh], [dw, db])
  builder.op('sgd_update', [w, b, dw, db], [w, b], [2, 0, 0])
  builder.output(y)
  return builder.build()
}

const create = (program: Program, persistentFloats = PERSISTENT) =>
  native.createSession({ programs: { main: program }, persistentFloats, threads: 1, seed: 1 })

/** Where the nth instruction begins in `code`. */
function instruction(program: Program, number: number): number {
  let at = 0
  for (let i = 0; i < number; i += 1) at += 5 + (program.code[at + 1] as number) + (program.code[at + 2] as number)
  return at
}

/** Sets an int of a value's record. */
const value = (id: number, field: number, to: number) => (program: Program) => {
  program.values[id * VALUE_STRIDE + field] = to
}
/** Sets an int of an instruction. */
const code = (number: number, field: number, to: number) => (program: Program) => {
  program.code[instruction(program, number) + field] = to
}
const change = (fields: Partial<Program>) => (program: Program) => {
  Object.assign(program, fields)
}
const rates = (count: number, ...of: number[]) => change({ learningRates: { count, of: Int32Array.from(of) } })
const INPUT = 5

describe('a damaged program is refused, and the message names the place', () => {
  it('while the undamaged one loads', () => {
    create(sample()).dispose()
  })

  const cases: [string, (program: Program) => void, RegExp][] = [
    ['an unknown kernel', change({ kernels: ['dense', 'sorcery'] }), /kernels.*"sorcery"/],
    ['values that are no whole records', change({ values: new Int32Array(10) }), /values.*multiple of 9/],
    ['a space that does not exist', value(0, 0, 3), /value 0.*space/],
    ['a negative space', value(0, 0, -1), /value 0.*space/],
    ['an unaligned offset', value(1, 1, 8), /value 1.*multiple of 16/],
    ['a negative offset', value(1, 1, -16), /value 1.*multiple of 16/],
    ['an offset beyond the arena', value(0, 1, 16_000), /value 0.*within/],
    ['a tensor that ends beyond the persistent memory', value(2, 1, 64), /value 2.*within the 64/],
    ['a rank above 6', value(0, 2, 7), /value 0.*rank/],
    ['a negative rank', value(0, 2, -1), /value 0.*rank/],
    ['a dimension of zero', value(0, 4, 0), /value 0.*dimension 1 of 0/],
    ['a batch dimension that is not first', value(0, 4, -3), /value 0.*dimension 1 of -3/],
    [
      'sizes whose product overflows',
      (p) => [3, 4, 5, 6, 7, 8].map((f) => value(0, f, 2 ** 31 - 1)(p)) && value(0, 2, 6)(p),
      /value 0.*elements/,
    ],
    ['a batch dimension of -2^31', value(0, 3, -(2 ** 31)), /value 0/],
    ['an opcode that does not exist', code(1, 0, 99), /instruction 1.*opcode/],
    ['a negative opcode', code(1, 0, -1), /instruction 1.*opcode/],
    ['more operands than code', code(8, 1, 1000), /instruction 8 \(sgd_update\).*operands/],
    ['a negative operand count', code(8, 1, -1), /instruction 8 \(sgd_update\).*operands/],
    ['operand counts that overflow', (p) => [1, 2].map((f) => code(8, f, 2 ** 31 - 1)(p)), /instruction 8.*operands/],
    [
      'code that ends within a header',
      (p) => change({ code: p.code.slice(0, instruction(p, 8) + 3) })(p),
      /instruction 8.*header/,
    ],
    ['a value id that does not exist', code(0, INPUT, 99), /instruction 0 \(dense\).*value id/],
    ['a value id below -1', code(0, INPUT, -2), /instruction 0 \(dense\).*value id/],
    ['a missing operand that is not optional', code(0, INPUT, -1), /instruction 0 \(dense\).*no value/],
    ['an output among the constants', code(1, INPUT + 1, 4), /instruction 1 \(activation\).*outside the constants/],
    ['attributes beyond the end', code(1, 4, 1000), /instruction 1 \(activation\).*attributes/],
    ['a negative attribute base', code(1, 4, -1), /instruction 1 \(activation\).*attributes/],
    ['too few attributes', code(1, 3, 1), /instruction 1 \(activation\).*2 attributes/],
    [
      'an activation that does not exist',
      (p) => p.attributes.fill(77, 2, 3),
      /instruction 1 \(activation\).*activation.*77/,
    ],
    [
      'an attribute that is not a number',
      (p) => p.attributes.fill(Number.NaN, 3, 4),
      /instruction 1 \(activation\).*alpha/,
    ],
    ['a half activation', (p) => p.attributes.fill(1.5, 2, 3), /instruction 1 \(activation\).*whole number.*1\.5/],
    [
      'a shape that does not fit',
      value(6, 4, 1),
      /instruction 1 \(activation\).*expected output \[N, 2\], received \[N, 1\]/,
    ],
    ['weights that do not fit', value(2, 3, 2), /instruction 0 \(dense\)/],
    [
      'an accumulator slot that does not exist',
      (p) => p.attributes.fill(1, 4, 5),
      /instruction 3 \(accumulate\).*slot/,
    ],
    ['too many learning rates', rates(17), /learningRates\.count.*1 to 16/],
    ['half a pair of learning rates', rates(2, 8), /learningRates\.of.*pairs/],
    ['a learning rate of no instruction', rates(2, 9, 1), /learning rate 0.*one of the 9 instructions/],
    ['a learning rate that a step has not', rates(2, 8, 2), /learning rate 0.*from 0 to 1/],
    ['accumulating without accumulators', change({ accumulators: 0 }), /instruction 3 \(accumulate\).*accumulators/],
    ['too many accumulators', change({ accumulators: 1e6 }), /accumulators/],
    [
      'gradients from an output that cannot give them',
      (p) => p.attributes.fill(8, 6, 7),
      /instruction 6 \(activation_gradient\).*x/,
    ],
    [
      'an update of more parameters than given',
      (p) => p.attributes.fill(3, 8, 9),
      /instruction 8 \(sgd_update\).*6 inputs/,
    ],
    [
      'an output that lies on an input',
      (p) => value(5, 1, p.values[1] as number)(p),
      /instruction 0 \(dense\).*output 0 on input 0/,
    ],
    ['an output that overlaps the end of an input', value(5, 1, 16), /instruction 0 \(dense\).*output 0 on input 0/],
    [
      'two outputs on one place',
      (p) => value(12, 1, p.values[11 * VALUE_STRIDE + 1] as number)(p),
      /instruction 7 .*outputs 0 and 1/,
    ],
    ['feeds that are no pairs', change({ feeds: Int32Array.of(0) }), /feeds.*pairs/],
    ['a feed of a value that does not exist', change({ feeds: Int32Array.of(99, 0) }), /feed 0.*value id/],
    ['a feed into persistent memory', change({ feeds: Int32Array.of(2, 0) }), /feed 0/],
    ['a feed without rows', change({ feeds: Int32Array.of(11, 0) }), /feed 0.*one row a sample/],
    ['a feed from a negative slot', change({ feeds: Int32Array.of(0, -1) }), /feed 0.*slot/],
    ['an output that does not exist', change({ outputs: Int32Array.of(99) }), /output 0.*value id/],
    ['an output without rows', change({ outputs: Int32Array.of(2) }), /output 0.*one row a sample/],
    ['an arena that is too small', change({ arenaFloats: 32 }), /value 1.*within the 32/],
  ]
  it.each(cases)('%s', (_, damage, message) => {
    const program = sample()
    damage(program)
    let failure: unknown
    try {
      create(program).dispose()
    } catch (thrown) {
      failure = thrown
    }
    expect(failure).toMatchObject({ code: 'native.invalid-program' })
    expect((failure as Error).message).toMatch(message)
    expect((failure as Error).message).toContain('Program "main"')
  })

  it('while an elementwise output may lie exactly on its input', () => {
    const program = sample()
    value(6, 1, program.values[5 * VALUE_STRIDE + 1] as number)(program)
    create(program).dispose()
  })

  const wrong: [string, Partial<Record<keyof Program, unknown>>][] = [
    ['another version', { version: 2 }],
    ['no batch capacity', { batchCapacity: 0 }],
    ['a fractional batch capacity', { batchCapacity: 1.5 }],
    ['code of another type', { code: new Float32Array(4) }],
    ['values that are missing', { values: undefined }],
    ['kernels that are no names', { kernels: [1, 2] }],
    ['an arena that is infinite', { arenaFloats: Number.POSITIVE_INFINITY }],
  ]
  it.each(wrong)('%s', (_, fields) => {
    const program = { ...sample(), ...fields } as Program
    expect(() => create(program)).toThrow(expect.objectContaining({ code: 'native.invalid-argument' }))
  })

  it.each([0, 65, 1.5, Number.NaN])('a session with %d threads', (threads) => {
    const options = { programs: { main: sample() }, persistentFloats: PERSISTENT, threads, seed: 1 }
    expect(() => native.createSession(options)).toThrow(expect.objectContaining({ code: 'native.invalid-argument' }))
  })

  it('an arena larger than the machine', () => {
    const program = { ...sample(), arenaFloats: 2 ** 40 }
    const details = expect.objectContaining({ received: '4194304 MiB' })
    expect(() => create(program)).toThrow(expect.objectContaining({ code: 'native.out-of-memory', details }))
  })
})

describe('fuzzing', () => {
  /** Each case is either refused with a proper code or runs to its end: the process surviving is the point. */
  async function survive(program: Program): Promise<'refused' | 'ran'> {
    let session: ReturnType<typeof create>
    try {
      session = create(program)
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: expect.stringMatching(/^native\.(invalid-program|invalid-argument)$/) })
      return 'refused'
    }
    const slots = Array.from({ length: 4 }, () => ({ data: new Float32Array(6 * 4).fill(0.5), rowSize: 1 }))
    for (let i = 0; i < program.feeds.length; i += 2) {
      const slot = slots[program.feeds[i + 1] as number]
      const at = (program.feeds[i] as number) * VALUE_STRIDE
      const rank = program.values[at + 2] as number
      let row = -(program.values[at + 3] as number)
      for (let axis = 1; axis < rank; axis += 1) row *= program.values[at + 3 + axis] as number
      if (slot) Object.assign(slot, { rowSize: row, data: new Float32Array(row * 4).fill(0.5) })
    }
    try {
      session.bind(slots)
      const batchSize = Math.min(program.batchCapacity, 4)
      await session.run({
        program: 'main',
        rows: rowNumbers(4),
        batchSize,
        learningRates: Float64Array.of(0.1),
        iteration: 0,
      })
      return 'ran'
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'native.invalid-argument' })
      return 'refused'
    } finally {
      session.dispose()
    }
  }

  it('random bytes never crash the loader (seed 1, 300 programs)', async () => {
    const random = new Random(1, 1)
    const ints = (length: number, bound: number) => Int32Array.from({ length }, () => random.integer(bound) - 2)
    const words = (length: number) => Int32Array.from({ length }, () => random.word() | 0)
    for (let trial = 0; trial < 300; trial += 1) {
      const small = trial % 2 === 0
      await survive({
        version: 1,
        kernels: native.info().kernels.slice(random.integer(10)),
        batchCapacity: 1 + random.integer(8),
        arenaFloats: random.integer(4096),
        values: small ? ints(9 * random.integer(12), 20) : words(9 * random.integer(12)),
        code: small ? ints(random.integer(200), 12) : words(random.integer(200)),
        attributes: Float64Array.from({ length: random.integer(20) }, () => random.integer(5) - 1),
        constants: new Float32Array(random.integer(64)),
        feeds: small ? ints(random.integer(6), 12) : words(random.integer(6)),
        outputs: small ? ints(random.integer(6), 12) : words(random.integer(6)),
        accumulators: random.integer(3),
      })
    }
  })

  it('a sound program with a few damaged ints is refused or runs (seed 2, 600 programs)', async () => {
    const random = new Random(2, 1)
    const outcomes = { refused: 0, ran: 0 }
    const surprising = [-(2 ** 31), -17, -2, -1, 0, 1, 2, 3, 5, 15, 16, 32, 48, 100, 2 ** 31 - 1]
    for (let trial = 0; trial < 600; trial += 1) {
      const program = sample()
      for (let hits = 1 + random.integer(3); hits > 0; hits -= 1) {
        const arrays = [program.values, program.code, program.code, program.feeds, program.outputs, program.attributes]
        const array = arrays[random.integer(arrays.length)] as Int32Array
        array[random.integer(array.length)] = surprising[random.integer(surprising.length)] as number
      }
      outcomes[await survive(program)] += 1
    }
    expect(outcomes.refused).toBeGreaterThan(100)
    expect(outcomes.ran).toBeGreaterThan(20)
  })
})
