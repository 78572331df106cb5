import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emitProgram } from '../../../engine/compile/emit.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import { partsOf } from '../../../engine/compile/lower.ts'
import { verify } from '../../../engine/compile/verify.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { findMetric, metrics } from '../../../engine/training/metrics/registry.ts'
import { agree } from '../../support/parity.ts'

interface GoldenCase {
  metric: string
  library: 'keras' | 'sklearn'
  prediction: number[][]
  target: number[][]
  value: number
}

const file = join(import.meta.dirname, '../../golden/metrics.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as { keras: string; sklearn: string; cases: GoldenCase[] }

/** Rows of 0 and 1 that are not all one-hot. */
function severalLabels(target: number[][]): boolean {
  const bits = target.flat().every((value) => value === 0 || value === 1)
  return bits && target[0]!.length > 1 && target.some((row) => row.reduce((sum, bit) => sum + bit, 0) !== 1)
}

/** What the native engine measures over batches of eight. */
async function measure({ metric: type, prediction, target }: GoldenCase): Promise<number> {
  const known = findMetric(type)
  const metric = known && severalLabels(target) ? { ...known, ...known.ofLabels } : known
  if (!metric) throw new Error(`no metric ${type}`)
  const rows = prediction.length
  const widths = [prediction, target].map((matrix) => matrix[0]!.length)
  const builder = createGraphBuilder()
  const feeds = widths.map((width, slot) => builder.value('feed', `slot ${slot}`, [-1, width], { slot }))
  const parts = partsOf(metric, [-1, widths[0]!])
  for (const [part, values] of [metric.lower(builder, feeds[0]!, feeds[1]!, 0)].flat().entries())
    builder.emit('accumulate', [values], { slot: part })
  const graph = verify(builder.finish('metric', []), 'lower')
  const program = emitProgram(graph, { batchCapacity: 8, persistent: new Map(), accumulators: parts })
  const session = loadNative().createSession({
    programs: { metric: program },
    persistentFloats: 16,
    threads: 1,
    seed: 1,
  })
  try {
    const bound = [prediction, target].map((matrix, slot) => ({ data: Float32Array.from(matrix.flat()), rowSize: widths[slot]! })) // biome-ignore format: one list
    session.bind(bound)
    const order = Int32Array.from({ length: rows }, (_, row) => row)
    const request = { program: 'metric', rows: order, batchSize: 8, learningRates: Float64Array.of(0), iteration: 0 }
    const means = Array.from((await session.run(request)).accumulators, (sum) => sum / rows)
    return metric.finish ? metric.finish(means) : means[0]!
  } finally {
    session.dispose()
  }
}

describe(`metrics agree with Keras ${golden.keras} and scikit-learn ${golden.sklearn}`, () => {
  it('at three settings at least of every metric', () => {
    for (const { type } of metrics)
      expect(golden.cases.filter(({ metric }) => metric === type).length, type).toBeGreaterThanOrEqual(3)
  })

  const cases = golden.cases.map((entry) => {
    const shape = `${entry.prediction.length} x ${entry.prediction[0]!.length}, target ${entry.target[0]!.length}`
    return [`${entry.metric} of ${shape}, ${entry.library}`, entry] as const
  })
  it.each(cases)('%s', async (_, entry) => {
    const library = entry.library === 'keras' ? 'Keras' : 'scikit-learn'
    const actual = [await measure(entry)]
    const comparison = { kind: 'metric', item: entry.metric, library, quantity: 'forward', what: 'value' } as const
    agree({ ...comparison, actual, expected: [entry.value], scale: 1 })
  })
})
