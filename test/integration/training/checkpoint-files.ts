import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Checkpoint, CheckpointKind, Resume } from '../../../engine/training/checkpoint.ts'
import { runStateFromJson, runStateToJson } from '../../../engine/training/run-state.ts'

const FILE = 'checkpoints.json'

interface StoredCheckpoint {
  kind: CheckpointKind
  persistent: string
  state: ReturnType<typeof runStateToJson>
}

/** Replaces the checkpoints of the kinds given, all at once. */
export function writeCheckpoints(folder: string, kept: Map<CheckpointKind, Checkpoint>): void {
  const stored = [...kept.values()].map(({ kind, persistent, state }): StoredCheckpoint => {
    const bytes = Buffer.from(persistent.buffer, persistent.byteOffset, persistent.byteLength)
    return { kind, persistent: bytes.toString('base64'), state: runStateToJson(state) }
  })
  const temporary = join(folder, `${FILE}.new`)
  writeFileSync(temporary, JSON.stringify(stored))
  renameSync(temporary, join(folder, FILE))
}

/** What `writeCheckpoints` left. */
export function readCheckpoints(folder: string): Resume {
  const stored = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as StoredCheckpoint[]
  const found = new Map(stored.map((entry) => [entry.kind, revive(entry)]))
  return { last: found.get('last') as Checkpoint, best: found.get('best') }
}

function revive({ kind, persistent, state: json }: StoredCheckpoint): Checkpoint {
  const state = runStateFromJson(json)
  const bytes = Uint8Array.from(Buffer.from(persistent, 'base64'))
  return { kind, epoch: state.epoch, iteration: state.iteration, persistent: new Float32Array(bytes.buffer), state }
}
