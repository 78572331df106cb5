import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { choosePeers, compare, median } from '../../../engine/bench/compare.ts'
import type { Command } from '../../../engine/bench/contestant.ts'
import { type Installed, type Peer, peers } from '../../../engine/bench/peers.ts'

/** A contestant that says the times it is given, and `-1` for breaking off. */
const script = `
const [log, name, ready, ...times] = process.argv.slice(2)
const { appendFileSync } = require('node:fs')
const tell = (event, fields) => console.log(JSON.stringify({ event, ...fields }))
if (ready === '-1') { console.error('ImportError: no module named ' + name); process.exit(1) }
console.log('libraries chat')
tell('first-step', {})
tell('warm', { peakMemoryBytes: 1e6, variant: name })
tell('ready', { variant: name, variants: { [name]: Number(ready) }, versions: { it: '1.0' } })
require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
  appendFileSync(log, name + ' ')
  tell('measured', { msPerStep: Number(times.shift()), steps: 2 })
})
`

describe('comparing programs in turn', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-compare-'))
  const log = join(folder, 'log')
  beforeAll(() => writeFileSync(join(folder, 'contestant.cjs'), script))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const command = (name: string, ...args: number[]): Command => ({
    name,
    command: process.execPath,
    args: [join(folder, 'contestant.cjs'), log, name, ...args.map(String)],
  })
  const peer = (id: string): Peer => ({ id, label: id.toUpperCase(), install: '', commands: () => [] })

  it('gives each its turn, quotes medians and their ratio, and keeps the fastest way to start a peer', async () => {
    writeFileSync(log, '')
    const result = await compare(command('own', 1, 2, 9, 3), {
      peers: [
        { peer: peer('one'), commands: [command('slow', 8), command('fast', 5, 6, 5, 60), command('broken', -1)] },
        { peer: peer('two'), commands: [command('absent', -1)] },
      ],
      rounds: 3,
      seconds: 0.1,
    })
    expect(result.own).toMatchObject({ msPerStep: 3, rounds: [2, 9, 3], peakMemoryBytes: 1e6 })
    expect(result.own.firstStepMs).toBeGreaterThan(0)
    expect(result.peers).toHaveLength(1)
    expect(result.peers[0]).toMatchObject({ peer: 'one', label: 'ONE', variant: 'fast', msPerStep: 6, ratio: 2 })
    expect(result.failed).toEqual([{ peer: 'two', label: 'TWO', reason: 'ImportError: no module named absent' }])
    expect(readFileSync(log, 'utf8').trim()).toBe('own fast own fast own fast')
  })

  it('fails with the reason when Lamina itself cannot be measured', async () => {
    await expect(compare(command('own', -1), { peers: [], rounds: 1, seconds: 0.1 })).rejects.toMatchObject({
      code: 'bench.failed',
      details: { where: 'own', received: 'ImportError: no module named own' },
    })
  })

  it('takes the middle of the times', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
  })

  it('chooses the peers that can run a workload and are installed', () => {
    const installed: Installed = { python: 'python3', modules: new Set(['torch', 'keras']), tfjs: null }
    const ids = (list: readonly Peer[]) => list.map(({ id }) => id)
    const first = choosePeers(peers, installed, 'W1', 2)
    expect(first.found.map((item) => item.peer.id)).toEqual(['pytorch', 'keras'])
    expect(ids(first.missing)).toEqual(['scikit-learn', 'tensorflow.js'])
    expect(first.found[0]!.commands[0]!.args.join(' ')).toContain('--workload W1 --threads 2')
    expect(first.found[1]!.commands.map(({ env }) => env?.KERAS_BACKEND)).toEqual(['torch'])
    expect(ids(choosePeers(peers, installed, 'W4', 1).missing)).toEqual([])
  })
})
