import { LaminaError } from '../base/errors.ts'
import type { MachinePeak } from '../native/program.ts'
import { type Command, Contestant, type Introduction } from './contestant.ts'
import type { Installed, Peer } from './peers.ts'

/** A contestant's times, round by round, with what it says of itself. */
export interface Timed extends Introduction {
  /** Median of the rounds. */
  msPerStep: number
  rounds: number[]
}

export interface Comparison {
  own: Timed
  /** `command`: the name of the way to start it that was the fastest. */
  peers: ({ peer: string; label: string; ratio: number; command: string } & Timed)[]
  /** Peers that were there and failed. */
  failed: { peer: string; label: string; reason: string }[]
}

export interface CompareOptions {
  /** Peers with the ways to start each. */
  peers: readonly { peer: Peer; commands: readonly Command[] }[]
  /** Turns each contestant takes. */
  rounds: number
  /** Seconds of one turn. */
  seconds: number
  onTurn?(name: string): void
}

interface Entered {
  command: string
  contestant: Contestant
  about: Introduction
}

/** Threads that spin after their work are let go to sleep before another's turn. */
const PAUSE_MILLISECONDS = 150

/**
 * Times Lamina and its peers in turn (A B C A B C ...), so that a slow spell of the machine meets all. Each is warm and has
 * chosen its fastest variant before the first turn. Throws `bench.failed` when Lamina itself cannot be measured.
 */
export async function compare(own: Command, options: CompareOptions): Promise<Comparison> {
  const { peers, rounds, seconds, onTurn } = options
  const live: Contestant[] = []
  const failed: Comparison['failed'] = []
  try {
    const enter = async (command: Command): Promise<Entered> => {
      onTurn?.(command.name)
      const contestant = new Contestant(command)
      live.push(contestant)
      return { command: command.name, contestant, about: await contestant.introduce() }
    }
    const first = await enter(own)
    const entrants: (Entered & { peer: Peer })[] = []
    for (const { peer, commands } of peers) {
      let best: Entered | null = null
      const reasons: string[] = []
      for (const command of commands) {
        const entered = await enter(command).catch((thrown) => {
          reasons.push(LaminaError.from(thrown).details.received ?? String(thrown))
          return null
        })
        if (!entered) continue
        const slower: Entered | null = best && timeOf(best.about) <= timeOf(entered.about) ? entered : best
        if (slower !== entered) best = entered
        await slower?.contestant.end()
      }
      if (best) entrants.push({ peer, ...best })
      else failed.push({ peer: peer.id, label: peer.label, reason: reasons.join('; ') })
    }
    const all = [first, ...entrants]
    const times = all.map((): number[] => [])
    for (let round = 0; round < rounds; round += 1)
      for (const [index, { contestant, about }] of all.entries()) {
        onTurn?.(`round ${round + 1} of ${rounds}: ${about.variant}`)
        if (all.length > 1) await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
        times[index]!.push(await contestant.measure(seconds))
      }
    const timed = all.map(({ about }, index) => ({ ...about, msPerStep: median(times[index]!), rounds: times[index]! }))
    const mine = timed[0] as Timed
    return {
      own: mine,
      peers: entrants.map(({ peer: { id, label }, command }, index) => {
        const theirs = timed[index + 1] as Timed
        return { peer: id, label, ratio: theirs.msPerStep / mine.msPerStep, command, ...theirs }
      }),
      failed,
    }
  } finally {
    await Promise.all(live.map((contestant) => contestant.end()))
  }
}

function timeOf({ variant, variants }: Introduction): number {
  return variants?.[variant] ?? Infinity
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** The peers that can run a workload, with how to start them, and those that are missing. */
export function choosePeers(
  peers: readonly Peer[],
  installed: Installed,
  workload: string,
  threads: number,
): { found: { peer: Peer; commands: Command[] }[]; missing: Peer[] } {
  const able = peers.filter((peer) => peer.workloads?.includes(workload) ?? true)
  const started = able.map((peer) => ({ peer, commands: peer.commands(installed, workload, threads) }))
  return {
    found: started.filter(({ commands }) => commands.length > 0),
    missing: started.filter(({ commands }) => commands.length === 0).map(({ peer }) => peer),
  }
}

/** The same peers with what won on another number of threads: one way to start each, and its two fastest variants. */
export function onlyWinners(
  found: readonly { peer: Peer; commands: readonly Command[] }[],
  won: Comparison['peers'],
): { peer: Peer; commands: Command[] }[] {
  return found.map(({ peer, commands }) => {
    const winner = won.find((item) => item.peer === peer.id)
    const command = commands.find(({ name }) => name === winner?.command)
    if (!winner || !command) return { peer, commands: [...commands] }
    const fastest = Object.entries(winner.variants ?? {}).sort(([, a], [, b]) => a - b)
    const names = fastest.slice(0, 2).map(([name]) => name)
    return { peer, commands: [{ ...command, args: [...command.args, '--variants', names.join(';')] }] }
  })
}

/** What the machine can do with so many threads, measured in a process of its own. */
export async function measurePeakApart(worker: Command): Promise<MachinePeak> {
  const contestant = new Contestant(worker)
  try {
    return (await contestant.ask({}, 'peak')) as never as MachinePeak
  } finally {
    await contestant.end()
  }
}
