/**
 * Milliseconds a training step of W1 and W2 in a native session, from hand-built programs, and where the time goes.
 *
 *     node test/bench/kernels/step.bench.ts [W1|W2] [threads] [--profile]
 */
import { loadNative } from '../../../engine/native/index.ts'
import { mlpSession, W1, W2 } from './mlp_step.ts'

const REPEATS = 9
const MILLISECONDS = 300

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number

const [name, threadText] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const workload = name === 'W1' ? W1 : W2
const threads = Number(threadText ?? 1)
const { session, rows } = mlpSession(loadNative(), workload, threads)

const epoch = async () => {
  const result = await session.run({
    program: 'train',
    rows,
    batchSize: workload.batch,
    learningRates: Float64Array.of(1e-3),
    iteration: 0,
  })
  return { seconds: result.seconds, steps: result.steps }
}

await epoch()
const first = await epoch()
const epochs = Math.max(1, Math.round(MILLISECONDS / 1000 / first.seconds))
const times: number[] = []
for (let repeat = 0; repeat < REPEATS; repeat += 1) {
  let seconds = 0
  let steps = 0
  for (let i = 0; i < epochs; i += 1) {
    const result = await epoch()
    seconds += result.seconds
    steps += result.steps
  }
  times.push((seconds / steps) * 1000)
}
console.log(JSON.stringify({ workload: workload.id, msPerStep: median(times), best: Math.min(...times), threads }))

if (process.argv.includes('--profile')) {
  session.profile(true)
  for (let i = 0; i < epochs; i += 1) await epoch()
  for (const { instruction, kernel, calls, seconds } of session.profile(false))
    console.log(`${String(instruction).padStart(3)} ${kernel.padEnd(40)} ${((seconds / calls) * 1e6).toFixed(2)} µs`)
}
session.dispose()
