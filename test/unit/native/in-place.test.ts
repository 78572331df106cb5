import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { elementCount, type Shape } from '../../../engine/base/shape.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { completeAttributes, encodeAttributes } from '../../../engine/ops/attributes.ts'
import { type Attributes, type OpDeclaration, type OpSample, reusePairs } from '../../../engine/ops/op.ts'
import { ops } from '../../../engine/ops/registry.ts'
import { type Operand, ProgramBuilder, randomOperand, rowNumbers } from '../../support/native-program.ts'

const SAMPLES = 7

interface Sharing {
  op: OpDeclaration
  sample: OpSample
  attributes: Attributes
  outputs: Shape[]
  pair: readonly [output: number, input: number]
}

/** Every pair of output and input that an op declares as overwriting or as free to share, for every sample it fits. */
function sharings(): Sharing[] {
  const found: Sharing[] = []
  for (const op of ops) {
    if (op.alias) continue
    for (const sample of op.samples) {
      const attributes = completeAttributes(op, sample.attributes)
      const outputs = op.shape(sample.inputs, attributes, sample.shape)
      const pairs = [...reusePairs(op, attributes), ...(op.inPlace?.(sample.inputs.length, attributes) ?? [])]
      for (const pair of pairs)
        if (sample.inputs[pair[1]] && outputs[pair[0]]) found.push({ op, sample, attributes, outputs, pair })
    }
  }
  return found
}

/** Runs the op; `shared` puts that output on that input. */
async function run(sharing: Sharing, inputs: (Operand | null)[], shared: boolean): Promise<Float32Array[]> {
  const { op, attributes, outputs, pair } = sharing
  const builder = new ProgramBuilder(SAMPLES)
  builder.accumulators = 4
  const inputIds = inputs.map((operand) => (operand ? builder.persistent(operand.shape) : -1))
  const outputIds = outputs.map((shape, index) =>
    shared && index === pair[0] ? (inputIds[pair[1]] as number) : builder.persistent(shape),
  )
  builder.op(op.name, inputIds, outputIds, encodeAttributes(op, attributes))
  const session = loadNative().createSession({
    programs: { main: builder.build() },
    persistentFloats: builder.persistentFloats,
    threads: 1,
    seed: 1,
  })
  for (const [index, operand] of inputs.entries())
    if (operand) session.writePersistent(builder.offset(inputIds[index] as number), Float32Array.from(operand.data))
  const learningRates = Float64Array.of(0.1)
  await session.run({ program: 'main', rows: rowNumbers(SAMPLES), batchSize: SAMPLES, learningRates, iteration: 2 })
  const results = outputs.map((shape, index) => {
    return session.readPersistent(builder.offset(outputIds[index] as number), elementCount(shape, SAMPLES))
  })
  session.dispose()
  return results
}

const all = sharings().map((sharing) => ({
  ...sharing,
  title: `${sharing.op.name}, ${sharing.sample.name}: output ${sharing.pair[0]} on input ${sharing.pair[1]}`,
}))

describe('an output on the storage of an input, where the op declares it, gives the same bits', () => {
  it('is declared by at least the optimisers', () => {
    expect(all.map((sharing) => sharing.op.name)).toEqual(
      expect.arrayContaining(['adam_update', 'sgd_update', 'rmsprop_update']),
    )
  })

  it.each(all)('$title', async (sharing) => {
    const random = new Random(3, 1)
    const inputs = sharing.sample.inputs.map((shape, index) => {
      if (!shape) return null
      const draw = sharing.sample.draw?.[index]
      if (draw && 'classes' in draw) {
        const operand = randomOperand(shape, SAMPLES, random, 0, draw.classes)
        return { shape, data: Array.from(operand.data, Math.floor) }
      }
      const [least, most] = draw && 'min' in draw ? [draw.min, draw.max] : [0.01, 1]
      return randomOperand(shape, SAMPLES, random, least, most)
    })
    expect(await run(sharing, inputs, true)).toEqual(await run(sharing, inputs, false))
  })
})
