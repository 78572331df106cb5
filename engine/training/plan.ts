import type { JsonObject } from '../base/json.ts'
import { SAME } from './plan-choices.ts'

/** A chosen declaration of a registry with its parameters (defaults left out). */
export interface Choice {
  type: string
  params: JsonObject
}

/** How a model is trained. Stored beside its document; every field can be overridden (`training.<path>`) and swept. */
export interface TrainingPlan {
  epochs: number
  batchSize: number
  seed: number
  /** Visit the training rows in a new order every epoch; false: always in the order of the table. */
  shuffle: boolean
  /** 0 = all cores of the budget. Results do not depend on it. */
  threads: number
  /** In what numbers matrix products of training are computed; weights, sums and losses are float32 in any case. */
  precision: 'float32' | 'bfloat16' | 'bfloat16x3'
  optimizer: Choice
  /** How the generator of a GAN learns, when not as its discriminator does: `same`, or an optimiser of its own. */
  generatorOptimizer: Choice
  /** Learning rate over epochs; scales or replaces the optimiser's `learningRate`. */
  schedule: Choice
  /** `balanced`: samples of each class count in inverse proportion to how many of them train. */
  classWeight: 'none' | 'balanced'
  /** Numeric column whose values weigh the training samples; empty = none. */
  sampleWeight: string
  /** Training rows without a label learn from what the network itself takes them for (self-training). */
  pseudoLabels: {
    enabled: boolean
    /** Least probability of the most probable class for a row to be taken. */
    threshold: number
    /** How much such a row counts beside a labelled one, once the ramp is over. */
    weight: number
    /** Epochs on labelled rows alone before rows are taken. */
    warmupEpochs: number
    /** Epochs over which the weight grows to its value. */
    rampEpochs: number
    /** Rows are taken anew every so many epochs. */
    everyEpochs: number
  }
  /** Weights of another run to start from, layer by layer of the same name. */
  initialWeights: {
    /** Id or number of a run, `latest`, or `model:<name>` for the newest completed run of a model; empty = fresh weights. */
    run: string
    /** Path of the project the run is in; empty = this one. */
    project: string
    /** `ours=theirs` pairs where names differ, separated by commas; nothing after = leaves ours as drawn. */
    layers: string
    /** A layer whose weights have other shapes there: refused, or left as drawn. */
    mismatch: 'error' | 'skip'
  }
  earlyStopping: {
    enabled: boolean
    /** `validation_loss`, `validation_accuracy`, `loss`, ... */
    monitor: string
    patience: number
    minDelta: number
    restoreBest: boolean
  }
  /** Write a `last` checkpoint every so many epochs, and at least every `seconds`. */
  checkpoint: { everyEpochs: number; seconds: number }
}

export const defaultPlan: TrainingPlan = {
  epochs: 100,
  batchSize: 32,
  seed: 1,
  shuffle: true,
  threads: 0,
  precision: 'float32',
  optimizer: { type: 'adam', params: {} },
  generatorOptimizer: { type: SAME, params: {} },
  schedule: { type: 'constant', params: {} },
  classWeight: 'none',
  sampleWeight: '',
  pseudoLabels: { enabled: false, threshold: 0.95, weight: 1, warmupEpochs: 10, rampEpochs: 10, everyEpochs: 1 },
  initialWeights: { run: '', project: '', layers: '', mismatch: 'error' },
  earlyStopping: { enabled: false, monitor: 'validation_loss', patience: 10, minDelta: 0, restoreBest: true },
  checkpoint: { everyEpochs: 10, seconds: 5 },
}

export { parsePlan } from './plan-parse.ts'
