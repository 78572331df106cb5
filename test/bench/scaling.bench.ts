/**
 * Measures what should grow in proportion and what should not, in the real engine:
 *
 *     npm run bench:scaling            all; or names of parts: epochs threads sweep start
 *
 * - epochs: time per epoch over samples, parameters and steps, three sizes each; the cost of a unit should stay the same.
 * - threads: two threads against one on W3 and W4 (aim: 1.7 times as fast).
 * - sweep: two trials side by side, one thread each, against one alone (aim: 1.8 times the rate).
 * - start: from the start of the process of `lamina train` to the end of its first steps (aim: 0.35 s).
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from '../../engine/bench/compare.ts'
import { openSubject, runnerOf } from '../../engine/bench/subject.ts'
import { type Workload, workloads } from '../../engine/bench/workloads.ts'
import { loadNative } from '../../engine/native/index.ts'
import { meanStep, type StepRunner } from '../../engine/training/step-runner.ts'

const lamina = join(fileURLToPath(import.meta.url), '../../../scripts/lamina.mjs')
const native = loadNative()
const workload = (id: string) => workloads.find((item) => item.id === id) as Workload

/** Milliseconds of an epoch: `rows / batch` steps. */
async function epochOf(changes: Partial<Workload>): Promise<number> {
  const changed = { ...workload('W2'), ...changes }
  const runner = runnerOf(changed, 1)
  const times: number[] = []
  for (let round = 0; round < 3; round += 1) times.push((await meanStep(runner, 0.4)).msPerStep)
  runner.dispose()
  return (median(times) * changed.rows) / changed.batch
}

const parametersOf = ({ widths }: Pick<Workload, 'widths'>) =>
  widths.slice(1).reduce((sum, width, index) => sum + width * (widths[index] as number), 0)

async function epochs(): Promise<void> {
  console.log('time per epoch of W2 on one thread')
  for (const rows of [2048, 4096, 8192]) {
    const ms = await epochOf({ rows })
    console.log(`  ${rows} samples: ${ms.toFixed(1)} ms, ${((1e3 * ms) / rows).toFixed(2)} µs a sample`)
  }
  for (const width of [128, 256, 512]) {
    const widths = [784, width, width / 2, 10]
    const parameters = parametersOf({ widths })
    const ms = await epochOf({ widths })
    console.log(
      `  ${parameters} parameters: ${ms.toFixed(1)} ms, ${((1e6 * ms) / parameters).toFixed(1)} ns a parameter`,
    )
  }
  for (const batch of [128, 64, 32]) {
    const ms = await epochOf({ batch })
    const steps = 8192 / batch
    console.log(`  ${steps} steps of ${batch}: ${ms.toFixed(1)} ms, ${(ms / steps).toFixed(3)} ms a step`)
  }
}

/** What the machine itself gains by a second thread, in multiply-adds that touch no memory. */
async function machineGain(): Promise<number> {
  const [one, two] = [await native.measurePeak(1), await native.measurePeak(2)]
  return two.gflops / one.gflops
}

/** From here on the machine gave two whole cores: its own gain, just before and just after. */
const WHOLE_CORES = 1.8
const TURNS_WANTED = 7
const TURNS_AT_MOST = 24

/**
 * Medians of what `turn` measures, one thing alone and with a second thread. A virtual machine may run its two processors on one core for
 * seconds, and other programs take their share: only turns around which bare multiply-adds gained what two cores give count, and how many did
 * not is told.
 */
async function onWholeCores(
  turn: () => Promise<[number, number]>,
): Promise<{ one: number; two: number; told: string }> {
  const counted: [number, number][] = []
  let turns = 0
  let before = await machineGain()
  while (turns < TURNS_AT_MOST && counted.length < TURNS_WANTED) {
    turns += 1
    const measured = await turn()
    const after = await machineGain()
    if (Math.min(before, after) >= WHOLE_CORES) counted.push(measured)
    before = after
  }
  if (counted.length === 0) throw new Error(`In none of ${turns} turns did the machine give two whole cores.`)
  const told = `in ${counted.length} of ${turns} turns the machine gave two whole cores`
  return { one: median(counted.map(([one]) => one)), two: median(counted.map(([, two]) => two)), told }
}

async function threads(): Promise<void> {
  for (const id of ['W3', 'W4']) {
    const [alone, both] = [1, 2].map((count) => openSubject({ workload: id }, count).runner) as [StepRunner, StepRunner]
    const step = async (runner: StepRunner) => (await meanStep(runner, 0.4)).msPerStep
    const { one, two, told } = await onWholeCores(async () => [await step(alone), await step(both)])
    for (const runner of [alone, both]) runner.dispose()
    const gain = `${(one / two).toFixed(2)} times as fast`
    console.log(`${id}: ${one.toFixed(2)} ms on one thread, ${two.toFixed(2)} on two: ${gain} (${told})`)
  }
}

/** Trials side by side in one process, as a sweep runs them: sessions of one thread each, epoch after epoch. */
async function sweep(): Promise<void> {
  const epoch = workload('W2').rows / workload('W2').batch
  const trials = Array.from({ length: 2 }, () => openSubject({ workload: 'W2' }, 1).runner)
  const rate = async (running: typeof trials) => {
    const began = performance.now()
    let done = 0
    await Promise.all(
      running.map(async (trial) => {
        while (performance.now() - began < 800) {
          await trial.run(epoch)
          done += 1
        }
      }),
    )
    return (1000 * done) / (performance.now() - began)
  }
  const { one, two, told } = await onWholeCores(async () => [await rate(trials.slice(0, 1)), await rate(trials)])
  for (const trial of trials) trial.dispose()
  const gain = `${(two / one).toFixed(2)} times the rate`
  console.log(`sweep of W2: one trial ${one.toFixed(1)} epochs/s, two ${two.toFixed(1)}: ${gain} (${told})`)
}

/** Milliseconds from the start of the process to its first event of that name. */
export function timeToEvent(args: readonly string[], event: string, env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const child = spawn(process.execPath, [lamina, ...args, '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let at = 0
    child.stdout.on('data', (chunk: Buffer) => {
      if (at === 0 && chunk.toString().includes(`"event":"${event}"`)) at = performance.now() - began
    })
    child.on('exit', () => (at > 0 ? resolve(at) : reject(new Error(`lamina ${args.join(' ')} told no ${event}`))))
  })
}

async function start(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-start-'))
  try {
    const env = { ...process.env, LAMINA_USER_DATA: folder }
    const project = join(folder, 'iris.lamina')
    spawnSync(process.execPath, [lamina, 'new', 'iris', project], { env })
    const times: number[] = []
    for (let round = 0; round < 7; round += 1)
      times.push(await timeToEvent(['train', project, '--epochs', '1'], 'epoch', env))
    const [first, ...later] = times as [number, ...number[]]
    console.log(
      `lamina train of iris: first epoch ended ${median(later).toFixed(0)} ms after the start (${Math.min(...later).toFixed(0)} at best; ${first.toFixed(0)} the first time)`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const parts = { epochs, threads, sweep, start }
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2)
  for (const [name, part] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) await part()
}
