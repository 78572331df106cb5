import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LaminaError } from '../../base/errors.ts'
import type { Measurement } from '../../bench/measure.ts'
import { findPeer, measurePeer } from '../../bench/peer.ts'
import { type Workload, workloads } from '../../bench/workloads.ts'
import { usageError } from '../errors.ts'
import type { CommandContext } from '../session.ts'
import { formatBytes, formatNumber } from '../table.ts'

interface Options {
  threads?: number
  seconds?: number
  compare?: boolean
}

const ROUNDS = 3
const worker = fileURLToPath(new URL('../../bench/worker.ts', import.meta.url))

/** `lamina bench [workloads...] [--threads n] [--compare]` */
export async function run({ output }: CommandContext, names: readonly string[], options: Options): Promise<void> {
  const chosen = names.length === 0 ? workloads : names.map(workloadOf)
  const threads = options.threads ?? 0
  const seconds = options.seconds ?? 2
  const python = options.compare ? await findPeer() : null
  const results: object[] = []
  for (const workload of chosen) {
    output.note(`${workload.id}: ${workload.summary}`)
    const ours: Measurement[] = []
    const theirs: number[] = []
    let peer: object = {}
    for (let round = 0; round < (python ? ROUNDS : 1); round += 1) {
      ours.push(await measureApart(workload, threads, seconds))
      if (!python) continue
      const { msPerStep, ...about } = await measurePeer(python, workload.id, ours[0]!.threads, seconds / 3)
      theirs.push(msPerStep)
      peer = about
    }
    const own = { ...ours[0]!, msPerStep: median(ours.map((item) => item.msPerStep)) }
    const peerMs = theirs.length > 0 ? median(theirs) : null
    const compared =
      peerMs === null ? {} : { peerMsPerStep: peerMs, ratio: own.msPerStep / peerMs, rounds: theirs.length, peer }
    const result = { ...own, ...compared }
    results.push(result)
    output.event('measured', result)
    output.table(
      ['workload', 'threads', 'ms a step', 'samples/s', 'GFLOP/s', 'of peak', 'memory', 'first step'],
      [
        [
          own.workload,
          own.threads,
          own.msPerStep,
          Math.round(own.samplesPerSecond),
          own.gflops,
          `${formatNumber(own.shareOfPeak * 100)} % of ${formatNumber(own.peakGflops)}`,
          formatBytes(own.peakMemoryBytes),
          `${Math.round(own.firstStepMs)} ms`,
        ],
      ],
    )
    if (peerMs !== null)
      output.line(
        `PyTorch ${formatNumber(peerMs)} ms a step, Lamina ${formatNumber(own.msPerStep)} ms: ${formatNumber(peerMs / own.msPerStep)} times faster (medians of ${theirs.length} rounds in turn)`,
      )
    output.line()
  }
  output.done(results.length === 1 ? { ...results[0] } : { results })
}

function workloadOf(name: string): Workload {
  const found = workloads.find((item) => item.id === name.toUpperCase())
  if (found) return found
  throw usageError({
    message: `There is no workload "${name}".`,
    where: 'lamina bench',
    expected: workloads.map((item) => item.id).join(', '),
    received: name,
    fix: 'Leave it out to measure all.',
  })
}

/** Measures in a process of its own, so that memory and start-up are not another workload's. */
async function measureApart(workload: Workload, threads: number, seconds: number): Promise<Measurement> {
  try {
    const args = [worker, workload.id, String(threads), String(seconds)]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measurement
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string }
    throw new LaminaError(
      {
        code: 'bench.failed',
        message: `${workload.id} could not be measured.`,
        where: workload.id,
        received: (stderr?.trim().split('\n').at(-1) ?? '') || message,
        fix: 'Check that `lamina train` works on this machine.',
      },
      { cause },
    )
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}
