/**
 * Training steps of W1 and W2 in TensorFlow.js on its WebAssembly and its JavaScript backend; see contestant.py for how it is driven. One thread: in Node its
 * WebAssembly has no others.
 *
 *     node tfjs_peer.mjs W2 <folder with node_modules/@tensorflow>
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const [workload, folder] = process.argv.slice(2)
const require = createRequire(join(folder, 'package.json'))
const tf = require('@tensorflow/tfjs')
const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm')

const { widths, dropout, batch } = {
  W1: { widths: [4, 16, 16, 3], dropout: 0, batch: 16 },
  W2: { widths: [784, 256, 128, 10], dropout: 0.2, batch: 128 },
}[workload]
const ROWS = 64 * batch

const tell = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)

/** A model on a backend; returns `run(steps)`. */
async function variant(backend) {
  if (backend === 'wasm') setWasmPaths(join(folder, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist', '/'))
  if (!(await tf.setBackend(backend))) throw new Error(`${backend} cannot be started`)
  await tf.ready()
  const model = tf.sequential()
  for (let index = 1; index < widths.length; index += 1) {
    const last = index === widths.length - 1
    const inputs = index === 1 ? { inputShape: [widths[0]] } : {}
    model.add(tf.layers.dense({ units: widths[index], activation: last ? 'softmax' : 'relu', ...inputs }))
    if (dropout > 0 && !last) model.add(tf.layers.dropout({ rate: dropout }))
  }
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' })
  const classes = widths.at(-1)
  const labels = tf.tidy(() => tf.oneHot(tf.randomUniform([ROWS], 0, classes, 'int32'), classes).toFloat())
  const x = tf.randomUniform([ROWS, widths[0]], -1, 1)
  return async (steps) => {
    for (let left = steps; left > 0; left -= ROWS / batch) {
      const used = Math.min(left, ROWS / batch) * batch
      const parts = [x.slice([0, 0], [used, widths[0]]), labels.slice([0, 0], [used, classes])]
      await model.fit(parts[0], parts[1], {
        batchSize: batch,
        epochs: 1,
        shuffle: false,
        verbose: 0,
        yieldEvery: 'never',
      })
      for (const part of parts) part.dispose()
    }
  }
}

async function meanStep(run, seconds) {
  const timed = async (steps) => {
    const begin = performance.now()
    await run(steps)
    return (performance.now() - begin) / steps
  }
  await timed(2)
  const each = await timed(2)
  const steps = Math.max(2, Math.floor((1000 * seconds) / each))
  return { msPerStep: await timed(steps), steps }
}

const runs = {}
const variants = {}
const failures = {}
for (const [index, backend] of ['wasm', 'cpu'].entries()) {
  try {
    const run = await variant(backend)
    await run(1)
    if (index === 0) tell('first-step', {})
    await meanStep(run, 0.3)
    runs[backend] = run
    variants[backend] = (await meanStep(run, 0.4)).msPerStep
  } catch (error) {
    failures[backend] = String(error).slice(0, 200)
  }
  if (index === 0) tell('warm', { peakMemoryBytes: process.resourceUsage().maxRSS * 1024, variant: backend })
}
const best = Object.keys(variants).sort((a, b) => variants[a] - variants[b])[0]
if (!best) throw new Error(JSON.stringify(failures))
await tf.setBackend(best)
tell('ready', { variant: best, variants, failures, versions: { 'tensorflow.js': tf.version.tfjs } })
for await (const line of createInterface({ input: process.stdin }))
  tell('measured', await meanStep(runs[best], JSON.parse(line).seconds))
