import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const support = pathToFileURL(join(import.meta.dirname, '../../support/native-program.ts')).href

/** Starts a run of hours; `session` and `run` stay in scope. */
const start = `
  import { rowNumbers, tinyTraining } from ${JSON.stringify(support)}
  const { session } = tinyTraining({ rows: 64, features: 64, batchCapacity: 1, threads: 2 })
  const rows = new Int32Array(10_000_000)
  const run = session.run({ program: 'train', rows, batchSize: 1, learningRates: Float64Array.of(1e-6), iteration: 0 })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  while (session.progress().step < 10) await turn()
`

/** Runs a script in a Node of its own; a crash shows as a signal or another exit code. */
function inProcess(script: string): { status: number | null; signal: string | null; stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-teardown-'))
  try {
    const file = join(folder, 'main.mts')
    writeFileSync(file, script)
    const result = spawnSync(process.execPath, ['--expose-gc', file], { encoding: 'utf8', timeout: 60_000 })
    return { status: result.status, signal: result.signal, stdout: result.stdout, stderr: result.stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('a process or thread that ends while a run goes on', () => {
  it('process.exit ends the process at once, with its exit code', () => {
    const result = inProcess(`${start}; process.exit(7)`)
    expect(result, result.stderr).toMatchObject({ status: 7, signal: null })
  })

  it('terminating a worker leaves the rest of the process alive and able to train', () => {
    const script = `
      import { Worker } from 'node:worker_threads'
      import { rowNumbers, tinyTraining } from ${JSON.stringify(support)}
      const code = ${JSON.stringify(`${start}; const { parentPort } = await import('node:worker_threads'); parentPort.postMessage('running'); await run`)}
      for (let round = 0; round < 5; round += 1) {
        const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(code)))
        await new Promise((resolve, reject) => { worker.once('message', resolve); worker.once('error', reject) })
        await worker.terminate()
      }
      const { session } = tinyTraining({ rows: 8, features: 3, batchCapacity: 8 })
      const result = await session.run({ program: 'train', rows: rowNumbers(8), batchSize: 8, learningRates: Float64Array.of(0.1), iteration: 0 })
      console.log('steps', result.steps)
    `
    const result = inProcess(script)
    expect(result, result.stderr).toMatchObject({ status: 0, signal: null })
    expect(result.stdout).toContain('steps 1')
  })

  it('a run keeps its session and data alive when nobody else holds them, and the process alive until it is done', () => {
    const script = `
      import { rowNumbers, tinyTraining } from ${JSON.stringify(support)}
      let steps = 0
      {
        const rows = Int32Array.from({ length: 300_000 }, (_, i) => i % 64)
        tinyTraining({ rows: 64, features: 64, batchCapacity: 1 })
          .session.run({ program: 'train', rows, batchSize: 1, learningRates: Float64Array.of(1e-6), iteration: 0 })
          .then((result) => { steps = result.steps })
      }
      for (let i = 0; i < 20; i += 1) { globalThis.gc(); await new Promise((resolve) => setImmediate(resolve)) }
      process.on('exit', () => console.log('steps', steps))
    `
    const result = inProcess(script)
    expect(result, result.stderr).toMatchObject({ status: 0, signal: null })
    expect(result.stdout).toContain('steps 300000')
  })

  it('sessions that are not disposed are collected with their threads, and an idle one does not keep the process alive', () => {
    const script = `
      import { readdirSync } from 'node:fs'
      import { rowNumbers, tinyTraining } from ${JSON.stringify(support)}
      const threads = () => process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0
      const train = () => tinyTraining({ rows: 8, features: 3, batchCapacity: 8 })
        .session.run({ program: 'train', rows: rowNumbers(8), batchSize: 8, learningRates: Float64Array.of(0.1), iteration: 0 })
      await train()
      const before = threads()
      for (let i = 0; i < 40; i += 1) await train()
      for (let i = 0; i < 20; i += 1) { globalThis.gc(); await new Promise((resolve) => setImmediate(resolve)) }
      console.log('more threads', threads() - before)
    `
    const result = inProcess(script)
    expect(result, result.stderr).toMatchObject({ status: 0, signal: null })
    expect(Number(/more threads (-?\d+)/.exec(result.stdout)?.[1])).toBeLessThan(5)
  })
})
