import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Measured } from '../engine/cli/commands/bench.ts'
import type { MachinePeak } from '../engine/native/program.ts'

/*
 * Writes the measured part of docs/performance.md.
 *
 *     npm run bench:table                    measures everything on 1 and 2 threads against all peers (8 to 10 minutes), and writes
 *     npm run bench:table -- <file>          writes from what `npm run -s bench -- --compare --json > <file>` printed
 */

interface Machine {
  date: string
  cpu: string
  cores: number
  system: string
  lamina: string
  node: string
  peaks: MachinePeak[]
}

const root = join(fileURLToPath(import.meta.url), '..', '..')
const page = join(root, 'docs', 'performance.md')
const marks = [
  '<!-- measured: written by scripts/performance-table.ts -->',
  '<!-- end of what was measured -->',
] as const
/** How many times the fastest peer's speed each workload is to reach. */
const aims: Readonly<Record<string, number>> = { W1: 20, W2: 3, W3: 2, W4: 2, W5: 3, W6: 3 }

/** Four significant digits at most, fewer for what is not known better. */
export function figure(value: number): string {
  if (value >= 100) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`

/** The measured part of the page as Markdown. */
export function measuredPart(machine: Machine, results: readonly Measured[]): string {
  const peers = [...new Map(results.flatMap((result) => result.peers.map(({ peer, label }) => [peer, label] as const)))]
  const sets = machine.peaks[0]?.bandwidths ?? []
  const levels = ['L1', 'L2', 'L3', 'memory']
  const versions = new Map(results.flatMap((result) => result.peers.flatMap((peer) => Object.entries(peer.versions))))
  const byPeer = (result: Measured, id: string) => result.peers.find(({ peer }) => peer === id)
  const best = (result: Measured) => Math.min(...result.peers.map(({ ratio }) => ratio))
  return [
    `Measured on ${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.system}; Lamina ${machine.lamina} (${results[0]?.simd}) on Node ${machine.node}; ${[...versions].map((pair) => pair.join(' ')).join(', ')}.`,
    '### What the machine can do',
    table(
      ['threads', 'fused multiply-adds, GFLOP/s', ...sets.map(({ workingSetBytes }, index) => `triad from ${levels[index]} (${megabytesOrLess(workingSetBytes)} a thread), GB/s`)], // biome-ignore format: one heading
      machine.peaks.map(({ threads, gflops, bandwidths }) => [
        String(threads),
        figure(gflops),
        ...bandwidths.map(({ gigabytesPerSecond }) => figure(gigabytesPerSecond)),
      ]),
    ),
    '### Milliseconds a training step',
    `In brackets how many times as long a peer takes. Each number is the median of ${results[0]?.rounds.length} turns.`,
    table(
      ['', 'threads', 'Lamina', 'of peak', ...peers.map(([, label]) => label), 'fastest peer / Lamina', 'aim'],
      results.map((result) => [
        result.subject,
        String(result.threads),
        `**${figure(result.msPerStep)}**`,
        `${Math.round(100 * result.shareOfPeak)} %`,
        ...peers.map(([id]) => {
          const peer = byPeer(result, id)
          return peer ? `${figure(peer.msPerStep)} (${figure(peer.ratio)})` : ''
        }),
        result.peers.length > 0 ? figure(best(result)) : '',
        aims[result.subject] ? `${aims[result.subject]}` : '',
      ]),
    ),
    ...(results.some(({ failed }) => failed.length > 0)
      ? [
          `Not measured: ${results.flatMap((result) => result.failed.map(({ label, reason }) => `${label} on ${result.subject} (${reason})`)).join('; ')}.`,
        ]
      : []),
    '### The variant of each peer that was fastest',
    table(
      ['', 'threads', ...peers.map(([, label]) => label)],
      results.map((result) => [
        result.subject,
        String(result.threads),
        ...peers.map(([id]) => byPeer(result, id)?.variant ?? ''),
      ]),
    ),
    '### Memory and start',
    'Resident memory of the process at its highest, and time from its start to the end of its first training step.',
    table(
      ['', 'threads', 'Lamina', ...peers.map(([, label]) => label)],
      results.map((result) => [
        result.subject,
        String(result.threads),
        `${megabytes(result.peakMemoryBytes)}, ${figure(result.firstStepMs / 1000)} s`,
        ...peers.map(([id]) => {
          const peer = byPeer(result, id)
          return peer ? `${megabytes(peer.peakMemoryBytes)}, ${figure(peer.firstStepMs / 1000)} s` : ''
        }),
      ]),
    ),
  ].join('\n\n')
}

function megabytesOrLess(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.round(bytes / 1024)} KiB` : megabytes(bytes)
}

/** What `lamina bench --json` printed. Throws when it ended with an error or measured nothing. */
export function readEvents(text: string): { machine: Machine; results: Measured[] } {
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { event: string; message?: string })
  const failure = events.find(({ event }) => event === 'error')
  if (failure) throw new Error(`the bench failed: ${JSON.stringify(failure)}`)
  const machine = events.find(({ event }) => event === 'machine') as Machine | undefined
  const results = events.filter(({ event }) => event === 'measured') as never as Measured[]
  if (!machine || results.length === 0) throw new Error('the file holds no measurements of `lamina bench --json`')
  return { machine, results }
}

/** The page with what stands between two marks renewed: what was measured, unless others are named. */
export function renewed(text: string, part: string, between: readonly [string, string] = marks): string {
  const [begin, end] = between.map((mark) => text.indexOf(mark)) as [number, number]
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md has lost its marks: ${between.join(' ... ')}`)
  return `${text.slice(0, begin + between[0].length)}\n\n${part}\n\n${text.slice(end)}`
}

/** Runs the bench; its progress goes to the terminal. */
async function measure(): Promise<string> {
  const args = [join(root, 'scripts', 'lamina.mjs'), 'bench', '--compare', '--threads', '1,2', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk
    for (const line of chunk.toString().split('\n'))
      if (line.includes('"measured"')) console.log(`${line.slice(0, 110)} ...`)
  })
  await new Promise((resolve) => child.on('exit', resolve))
  return text
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2]
  const { machine, results } = readEvents(file ? readFileSync(file, 'utf8') : await measure())
  writeFileSync(page, renewed(readFileSync(page, 'utf8'), measuredPart(machine, results)))
  console.log(`docs/performance.md holds ${results.length} measurements of ${machine.date}`)
}
