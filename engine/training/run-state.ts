import { LaminaError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { EarlyStoppingState } from './early-stopping.ts'

/** An epoch that was left in the middle: exact to the batch. */
export interface PartialEpoch {
  /** Steps done; equal to the steps of an epoch when only validation is missing. */
  step: number
  /** Sums of the train accumulators over those steps. */
  accumulators: readonly number[]
  seconds: number
}

/** Rows without a label that the network has labelled itself, in the order of the table. */
export interface PseudoLabels {
  /** The epoch at whose start they were chosen, from 1. */
  epoch: number
  rows: readonly number[]
  /** Index of the class of each row. */
  classes: readonly number[]
}

/** Where a run stands besides its weights; plain JSON, survives a round trip exactly. */
export interface RunState {
  version: 1
  /** Epochs completed. */
  epoch: number
  /** Optimiser steps taken; keys random numbers and Adam's bias correction. */
  iteration: number
  partial: PartialEpoch | null
  earlyStopping: EarlyStoppingState
  /** What the epoch at hand, or the last one, was trained on besides labelled rows; null before rows are chosen. */
  pseudoLabels: PseudoLabels | null
  /** Wall time spent in training so far. */
  seconds: number
  /** True when the run ended by itself (all epochs, or early stopping). */
  finished: boolean
}

/** The state of a run that has not begun. */
export function initialRunState(): RunState {
  return {
    version: 1,
    epoch: 0,
    iteration: 0,
    partial: null,
    earlyStopping: { best: null, bestEpoch: 0, wait: 0 },
    pseudoLabels: null,
    seconds: 0,
    finished: false,
  }
}

/** The state as JSON for a store. */
export function runStateToJson(state: RunState): JsonObject {
  return {
    ...state,
    partial: state.partial && { ...state.partial },
    earlyStopping: { ...state.earlyStopping },
    pseudoLabels: state.pseudoLabels && { ...state.pseudoLabels },
  }
}

/** Reads a stored state. Throws `training.checkpoint-state` when it is none that this version wrote. */
export function runStateFromJson(json: Json | undefined): RunState {
  const state = isObject(json) ? json : {}
  const early = isObject(state.earlyStopping) ? state.earlyStopping : {}
  const partial = isObject(state.partial) ? state.partial : null
  const pseudo = isObject(state.pseudoLabels) ? state.pseudoLabels : null
  const whole = [state.epoch, state.iteration, early.bestEpoch, early.wait].every(isCount)
  const sound =
    (partial === null || (isCount(partial.step) && isNumbers(partial.accumulators))) &&
    (pseudo === null || (isCount(pseudo.epoch) && areLabels(pseudo.rows, pseudo.classes)))
  if (state.version !== 1 || !whole || !sound || !(early.best === null || typeof early.best === 'number'))
    throw new LaminaError({
      code: 'training.checkpoint-state',
      message: 'The checkpoint does not say where its run stood.',
      where: 'checkpoint',
      expected: 'a run state of version 1',
      received: `version ${JSON.stringify(state.version ?? null)}`,
      fix: 'Open the project with the version of Lamina that wrote it, or start the training again.',
    })
  return {
    version: 1,
    epoch: state.epoch as number,
    iteration: state.iteration as number,
    partial: partial && {
      step: partial.step as number,
      accumulators: [...(partial.accumulators as number[])],
      seconds: typeof partial.seconds === 'number' ? partial.seconds : 0,
    },
    earlyStopping: { best: early.best, bestEpoch: early.bestEpoch as number, wait: early.wait as number },
    pseudoLabels: pseudo && {
      epoch: pseudo.epoch as number,
      rows: [...(pseudo.rows as number[])],
      classes: [...(pseudo.classes as number[])],
    },
    seconds: typeof state.seconds === 'number' ? state.seconds : 0,
    finished: state.finished === true,
  }
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function isCount(json: Json | undefined): boolean {
  return Number.isSafeInteger(json) && (json as number) >= 0
}

function isNumbers(json: Json | undefined): boolean {
  return Array.isArray(json) && json.every((item) => typeof item === 'number')
}

function areLabels(rows: Json | undefined, classes: Json | undefined): boolean {
  return (
    Array.isArray(rows) &&
    Array.isArray(classes) &&
    rows.length === classes.length &&
    [rows, classes].flat().every(isCount)
  )
}
