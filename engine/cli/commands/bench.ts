import { mkdtempSync, rmSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, release, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Comparison, choosePeers, compare, measurePeakApart, onlyWinners } from '../../bench/compare.ts'
import { type Command, Contestant } from '../../bench/contestant.ts'
import { findInstalled, type Installed, type Peer, peers } from '../../bench/peers.ts'
import type { SubjectName } from '../../bench/subject.ts'
import { workloads } from '../../bench/workloads.ts'
import type { StepProfile } from '../../compile/step-profile.ts'
import type { MachinePeak } from '../../native/program.ts'
import { findTemplate, templates } from '../../templates/registry.ts'
import { usageError } from '../errors.ts'
import type { CommandContext } from '../session.ts'
import { showMeasured, showPeaks, showProfile } from './bench-tables.ts'

interface Options {
  threads?: number[]
  seconds?: number
  rounds?: number
  compare?: boolean | string
  profile?: boolean
  model?: string
}

/** What one row of the result is about. */
interface Chosen {
  id: string
  summary: string
  name: SubjectName
}

/** One subject on so many threads, as `--json` tells it. */
export interface Measured {
  subject: string
  threads: number
  simd: string
  batchSize: number
  /** Median of the rounds. */
  msPerStep: number
  rounds: number[]
  samplesPerSecond: number
  flopsPerStep: number
  gflops: number
  peakGflops: number
  /** Of the measured peak of fused multiply-adds, 0..1. */
  shareOfPeak: number
  peakMemoryBytes: number
  firstStepMs: number
  /** With `ratio`: its time over ours. */
  peers: Comparison['peers']
  failed: Comparison['failed']
}

const ROUNDS_ALONE = 5
const ROUNDS_COMPARED = 7
const worker = fileURLToPath(new URL('../../bench/worker.ts', import.meta.url))
/** What the command line itself starts with (scripts/lamina.mjs). */
const quickStart = new URL('../../../scripts/quick-start.mjs', import.meta.url).href

/** `lamina bench [subjects...] [--threads 1,2] [--compare [peers]] [--profile]` */
export async function run(context: CommandContext, names: readonly string[], options: Options): Promise<void> {
  const { output } = context
  const rivals = options.compare === undefined ? [] : peersNamed(options.compare)
  const chosen = (names.length > 0 ? names : workloads.map(({ id }) => id)).map((name) =>
    subjectOf(name, options.model),
  )
  const temporary = chosen.some(({ name }) => 'template' in name) ? mkdtempSync(join(tmpdir(), 'lamina-bench-')) : null
  try {
    const subjects: Chosen[] = []
    for (const subject of chosen)
      subjects.push('template' in subject.name ? await made(context, temporary!, subject.id, subject.summary) : { ...subject, name: subject.name }) // biome-ignore format: one call
    const peaks = new Map<number, MachinePeak>()
    for (const threads of options.threads ?? [0]) {
      const command = workerCommand('peak', ['peak', String(threads || availableParallelism())])
      peaks.set(threads, await measurePeakApart(command))
    }
    output.event('machine', { ...machine(context.version), peaks: [...peaks.values()] })
    showPeaks(output, [...peaks.values()])
    const installed = rivals.length > 0 ? await findInstalled() : null
    const results: (Measured | StepProfile)[] = []
    for (const subject of subjects) {
      let won: Comparison['peers'] = []
      output.note(`${subject.id}: ${subject.summary}`)
      for (const [threads, peak] of peaks) {
        if (options.profile) {
          results.push(await profiled(context, subject, peak, options.seconds ?? 2))
          continue
        }
        const result = await measured(context, subject, { threads, peak, won }, options, rivals, installed)
        won = result.peers
        results.push(result)
      }
    }
    output.done(results.length === 1 ? { ...results[0] } : { results })
  } finally {
    if (temporary) rmSync(temporary, { recursive: true, force: true })
  }
}

/** What numbers of different days and machines are told apart by. */
function machine(version: string): object {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model ?? arch(),
    cores: availableParallelism(),
    system: `${platform()} ${release()}`,
    lamina: version,
    node: process.versions.node,
  }
}

async function measured(
  { output }: CommandContext,
  { id, name }: Chosen,
  { threads, peak, won }: { threads: number; peak: MachinePeak; won: Comparison['peers'] },
  options: Options,
  rivals: readonly Peer[],
  installed: Installed | null,
): Promise<Measured> {
  const own = workerCommand(id, [JSON.stringify(name), String(threads)])
  const comparable = installed && 'workload' in name ? choosePeers(rivals, installed, id, peak.threads) : null
  for (const peer of comparable?.missing ?? [])
    output.note(`${peer.label} is not here. To compare with it: ${peer.install}`)
  const rounds = options.rounds ?? (comparable ? ROUNDS_COMPARED : ROUNDS_ALONE)
  const {
    own: ours,
    peers: theirs,
    failed,
  } = await compare(own, {
    peers: onlyWinners(comparable?.found ?? [], won),
    rounds,
    seconds: (options.seconds ?? 2) / rounds,
    onTurn: (text) => output.progress(0, 0, `${id}, ${peak.threads} thread(s), ${text}`),
  })
  const { msPerStep, batchSize = 0, flopsPerStep = 0, peakMemoryBytes, firstStepMs, variant } = ours
  const gflops = flopsPerStep / msPerStep / 1e6
  const result: Measured = {
    subject: id,
    threads: peak.threads,
    simd: variant,
    batchSize,
    msPerStep,
    rounds: ours.rounds,
    samplesPerSecond: (batchSize / msPerStep) * 1000,
    flopsPerStep,
    gflops,
    peakGflops: peak.gflops,
    shareOfPeak: gflops / peak.gflops,
    peakMemoryBytes,
    firstStepMs,
    peers: theirs,
    failed,
  }
  output.event('measured', result)
  showMeasured(output, result)
  return result
}

async function profiled(
  { output }: CommandContext,
  { id, name }: Chosen,
  peak: MachinePeak,
  seconds: number,
): Promise<StepProfile> {
  const contestant = new Contestant(workerCommand(id, [JSON.stringify(name), String(peak.threads)]))
  try {
    await contestant.introduce()
    const { profile } = (await contestant.ask({ profile: seconds, peak }, 'profiled')) as never as {
      profile: StepProfile
    }
    output.event('profiled', { subject: id, ...profile })
    showProfile(output, id, profile)
    return profile
  } finally {
    await contestant.end()
  }
}

/** A workload's id, a template's, or a project file. */
function subjectOf(
  name: string,
  model: string | undefined,
): { id: string; summary: string; name: SubjectName | { template: string } } {
  const workload = workloads.find((item) => item.id === name.toUpperCase())
  if (workload) return { id: workload.id, summary: workload.summary, name: { workload: workload.id } }
  const template = findTemplate(name)
  if (template) return { id: name, summary: template.summary, name: { template: name } }
  if (/\.lamina$/i.test(name))
    return {
      id: name,
      summary: model ?? 'the first model',
      name: { project: resolve(name), ...(model ? { model } : {}) },
    }
  throw usageError({
    message: `There is nothing to time under the name "${name}".`,
    where: 'lamina bench',
    expected: `${workloads.map(({ id }) => id).join(', ')}; ${templates.map(({ id }) => id).join(', ')}; or a project file`,
    received: name,
    fix: 'Leave it out to measure all workloads.',
  })
}

/** A project made from a template, in a folder that is removed afterwards. */
async function made(context: CommandContext, folder: string, template: string, summary: string): Promise<Chosen> {
  const { client } = await context.connect()
  const project = await client.call.projects.create({ path: join(folder, `${template}.lamina`), template })
  await client.call.projects.close({ project: project.id })
  return { id: template, summary, name: { project: project.path } }
}

function peersNamed(asked: boolean | string): readonly Peer[] {
  if (typeof asked === 'boolean') return peers
  return asked.split(',').map((id) => {
    const found = peers.find((peer) => peer.id === id.trim().toLowerCase())
    if (found) return found
    throw usageError({
      message: `There is no peer "${id}".`,
      where: '--compare',
      expected: peers.map((peer) => peer.id).join(', '),
      received: id,
      fix: 'Leave the names out to compare with all that are installed.',
    })
  })
}

/** Starts a process of Lamina's own. */
function workerCommand(name: string, args: readonly string[]): Command {
  return { name, command: process.execPath, args: [...process.execArgv, '--import', quickStart, worker, ...args] }
}
