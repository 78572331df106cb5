import { invariant } from '../base/errors.ts'
import type { SlotBinding } from '../compile/compile.ts'
import type { DataSlot } from '../native/program.ts'
import type { TrainingPlan } from './plan.ts'
import type { PseudoLabels } from './run-state.ts'
import type { ModelSession } from './trainer-session.ts'

type Settings = TrainingPlan['pseudoLabels']

/** Name under which the history keeps how many rows with a pseudo-label an epoch was trained on. */
export const PSEUDO_LABELS = 'pseudo_labels'

/** True when rows are chosen at the start of an epoch, counted from 1. */
export function choosesAt({ warmupEpochs, everyEpochs }: Settings, epoch: number): boolean {
  return epoch > warmupEpochs && (epoch - warmupEpochs - 1) % everyEpochs === 0
}

/**
 * What a row with a pseudo-label counts in an epoch, from 1: 0 up to T1 = warmupEpochs, from T2 = T1 + rampEpochs on the whole weight, linear
 * between them. D.-H. Lee, "Pseudo-Label", 2013, equation 16.
 */
export function pseudoLabelWeight({ weight, warmupEpochs, rampEpochs }: Settings, epoch: number): number {
  return weight * Math.min(1, Math.max(0, epoch - warmupEpochs) / rampEpochs)
}

/** The most probable class of each row and its probability. One unit gives the probability of class 1. */
export function mostProbable(outputs: Float32Array, units: number): { classes: Int32Array; probability: Float32Array } {
  const rows = outputs.length / units
  const classes = new Int32Array(rows)
  const probability = new Float32Array(rows)
  for (let row = 0; row < rows; row += 1) {
    if (units === 1) {
      const second = outputs[row] as number
      classes[row] = second > 0.5 ? 1 : 0
      probability[row] = Math.max(second, 1 - second)
      continue
    }
    for (let unit = 0; unit < units; unit += 1) {
      const value = outputs[row * units + unit] as number
      if (value <= (probability[row] as number)) continue
      classes[row] = unit
      probability[row] = value
    }
  }
  return { classes, probability }
}

export interface PseudoLabelerOptions {
  session: ModelSession
  settings: Settings
  bindings: readonly SlotBinding[]
  /** The bound data; targets and weights of chosen rows are written into it. */
  slots: readonly DataSlot[]
  rows: { train: Int32Array; unlabelled: Int32Array }
  /** Balanced weights of the classes; null = all 1. */
  classWeights: readonly number[] | null
}

/** Rows of the training part without a label, and the labels that the network in training gives them. */
export class PseudoLabeler {
  readonly #options: PseudoLabelerOptions
  readonly #target: { data: Float32Array; units: number; oneHot: boolean }
  readonly #weights: Float32Array
  /** Weights of the rows before pseudo-labels: those of the column of sample weights. */
  readonly #own: Float32Array

  constructor(options: PseudoLabelerOptions) {
    this.#options = options
    const { bindings, slots } = options
    const target = bindings.find(({ kind }) => kind === 'target')
    const weight = bindings.find(({ kind }) => kind === 'weight')
    const targets = target && slots[target.slot]
    const weights = weight && slots[weight.slot]
    invariant(targets?.data instanceof Float32Array && weights?.data instanceof Float32Array, 'no weighted target')
    this.#target = { data: targets.data, units: targets.rowSize, oneHot: target?.encoding === 'one-hot' }
    this.#weights = weights.data
    this.#own = weights.data.slice()
  }

  /** True when rows are to be chosen before this epoch, counted from 1, given what was chosen last. */
  isDue(epoch: number, last: PseudoLabels | null): boolean {
    const { settings } = this.#options
    return choosesAt(settings, epoch) || (last === null && epoch > settings.warmupEpochs)
  }

  /** The rows that the network is sure of as it stands, in inference mode; null when it was cancelled. */
  async choose(epoch: number): Promise<PseudoLabels | null> {
    const { session, rows, settings } = this.#options
    const outputs = (await session.predictUnlessCancelled(rows.unlabelled))?.[0]
    if (!outputs) return null
    const { classes, probability } = mostProbable(outputs, outputs.length / rows.unlabelled.length)
    const sure = Array.from(rows.unlabelled.keys()).filter((at) => (probability[at] as number) >= settings.threshold)
    return {
      epoch,
      rows: sure.map((at) => rows.unlabelled[at] as number),
      classes: sure.map((at) => classes[at] as number),
    }
  }

  /** Binds labels and weights of an epoch, counted from 1; returns the rows it visits, in the order of the table. */
  apply(chosen: PseudoLabels | null, epoch: number): Int32Array {
    const { session, slots, rows, settings, classWeights } = this.#options
    if (!chosen) return rows.train
    const weight = pseudoLabelWeight(settings, epoch)
    const { data, units, oneHot } = this.#target
    for (const [at, row] of chosen.rows.entries()) {
      const label = chosen.classes[at] as number
      if (oneHot) data.fill(0, row * units, (row + 1) * units).fill(1, row * units + label, row * units + label + 1)
      else data[row] = label
      this.#weights[row] = (this.#own[row] as number) * weight * (classWeights?.[label] ?? 1)
    }
    session.bind(slots)
    return Int32Array.from([...rows.train, ...chosen.rows]).sort()
  }
}
