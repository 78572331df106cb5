import { LaminaError } from '../base/errors.ts'
import type { CompiledModel } from '../compile/compile.ts'
import type { EpochRecord } from './history.ts'
import type { RunState } from './run-state.ts'

export type CheckpointKind = 'last' | 'best'

/** Everything needed to go on: the whole persistent memory (weights, moving statistics, optimiser slots) and the state. */
export interface Checkpoint {
  kind: CheckpointKind
  /** Epochs completed when it was taken. */
  epoch: number
  iteration: number
  persistent: Float32Array
  state: RunState
}

/** What a resumed run begins with. */
export interface Resume {
  last: Checkpoint
  /** Needed when early stopping restores the best epoch. */
  best?: Checkpoint | null
  /** Epochs recorded so far; those after `last.epoch` are dropped, they are computed again. */
  history?: readonly EpochRecord[]
}

/** Throws `training.checkpoint-mismatch` when the memory is not that of this model. */
export function checkPersistent(persistent: Float32Array, compiled: CompiledModel): void {
  if (persistent.length === compiled.persistentFloats) return
  throw new LaminaError({
    code: 'training.checkpoint-mismatch',
    message: 'The stored weights belong to another network, optimiser or data set.',
    where: 'checkpoint',
    expected: `${compiled.persistentFloats} numbers for this network and its optimiser`,
    received: `${persistent.length}`,
    fix: 'Use the network and settings the run was made with; they are stored with the run.',
  })
}
