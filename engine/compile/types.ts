import type { Shape } from '../base/shape.ts'
import type { DatasetSignature, GraphDocument, NodeId, TargetSignature } from '../graph/document.ts'
import type { WeightSpec } from '../layers/layer.ts'
import type { EffectiveParams, ParamSpecs } from '../layers/params.ts'
import type { PersistentEntry, Program } from '../native/program.ts'
import type { GraphBuilder } from './builder.ts'
import type { IrGraph, ValueId } from './ir.ts'

/** How a target is fed: class index [N, 1], one-hot [N, C], or the numbers (or labels, 0 or 1) of its columns themselves. */
export type TargetEncoding = 'index' | 'one-hot' | 'value'

/** A loss as the compiler needs it; the registry is `engine/training/losses`. */
export interface LossDeclaration {
  /** Keras' name: `mean_squared_error`, `sparse_categorical_crossentropy`, ... */
  type: string
  label: string
  help: string
  target: TargetEncoding
  /** What the Output offers while this loss is chosen, under these names. */
  params?: ParamSpecs
  /** Functions of the last layer whose values it can take, the usual one first; left out where any will do. */
  activations?: readonly string[]
  /** The function that must stand right before the Output; the loss is taken from before it. */
  needsActivation?: string
  /** It relates features, those of the last axis, to each other; left out, each number counts for itself. */
  overFeatures?: boolean
  /** Throws a LaminaError when prediction and target do not fit (`loss.shape`). */
  check(prediction: Shape, target: TargetSignature | undefined): void
  /** Per-sample loss [N]; `params` are those of `params`, their defaults when left out. */
  lower(builder: GraphBuilder, prediction: ValueId, target: ValueId, params?: EffectiveParams): ValueId
}

/** A metric accumulated natively during training and validation; the registry is `engine/training/metrics`. */
export interface MetricDeclaration {
  type: string
  label: string
  help: string
  better: 'higher' | 'lower'
  /** Power of the target's unit that it is measured in: 1 for an absolute error, 2 for a squared one; 0 when left out. */
  unitPower?: number
  /** Whether it can be measured; where it is left out, only `auto` decides. */
  fits?(prediction: Shape, target: TargetSignature | undefined): boolean
  /** It counts whole samples by itself, whatever mask the prediction has. */
  counts?: boolean
  /** How many means it is made from; 1 when left out. */
  parts?: number | ((prediction: Shape) => number)
  /**
   * Per-sample values [N], one list a part, whose means make the metric. A metric that counts by itself, into the accumulator `slot` and
   * those of its other parts behind it, gives nothing back. `mask` says which steps of the prediction count.
   */
  lower(
    builder: GraphBuilder,
    prediction: ValueId,
    target: ValueId,
    slot: number,
    mask?: ValueId | null,
  ): ValueId | readonly ValueId[]
  /** The metric from the means of its parts; the one mean itself when left out. */
  finish?(means: readonly number[]): number
  /** What is different where the target is several labels, one unit each, that do not exclude each other. */
  ofLabels?: Partial<Pick<MetricDeclaration, 'parts' | 'lower' | 'finish' | 'counts'>>
}

/** An optimiser; the registry is `engine/training/optimizers`. */
export interface OptimizerDeclaration {
  type: string
  label: string
  /** Class in Keras 3; null where Keras has none. */
  keras: string | null
  help: string
  params: ParamSpecs
  /** Names of the slots it keeps per parameter with these settings. */
  slots(params: EffectiveParams): readonly { name: string; initial: number }[]
  /** Emits the update of all parameters in one op; returned are the new parameters in the same order. */
  lower(
    builder: GraphBuilder,
    params: EffectiveParams,
    variables: readonly { parameter: ValueId; gradient: ValueId; slots: readonly ValueId[] }[],
  ): readonly ValueId[]
}

/** An Output that is to give what an Input was fed: an autoencoder. */
export interface Reconstruction {
  /** The Input. */
  input: NodeId
  /** Quantile of the validation errors from which a row counts as an anomaly. */
  quantile: number
}

/** An Output behind the junction of a GAN: what it says is whether a sample is real. */
export interface Adversarial {
  junction: NodeId
  /** Layers of either network. */
  discriminator: ReadonlySet<NodeId>
  generator: ReadonlySet<NodeId>
  /** The Input whose numbers generated samples imitate one by one. */
  imitates?: NodeId
}

/** What is measured of a GAN, in the order of its accumulators after the loss, which is the sum of the first two and of penalties. */
export const adversarialMeasures = [
  'discriminator_loss',
  'generator_loss',
  'real_accuracy',
  'generated_accuracy',
] as const

export interface Objective {
  output: NodeId
  /** The target is whether a sample is real; the metrics are `adversarialMeasures`. */
  adversarial?: Adversarial
  /** The target is the value of an Input, not a column. */
  reconstruction?: Reconstruction
  loss: LossDeclaration
  weight: number
  metrics: readonly MetricDeclaration[]
  /** Each sample counts in training with a weight of its own, fed to a slot of the kind `weight`. */
  weighted?: boolean
}

export interface CompileRequest {
  document: GraphDocument
  dataset: DatasetSignature
  objectives: readonly Objective[]
  optimizer: { declaration: OptimizerDeclaration; params: EffectiveParams }
  /** That of the generator of a GAN, with a learning rate of its own, the second of each step; `optimizer` serves both when left out. */
  generatorOptimizer?: CompileRequest['optimizer']
  batchSize: number
  /** Samples a batch of `evaluate` and `predict`; `batchSize` when left out. */
  evaluationBatchSize?: number
  /** Bytes a session may hold; more is refused with `compile.memory`. */
  memoryBudget?: number
}

/** What is fed to a data slot. */
export interface SlotBinding {
  slot: number
  kind: 'input' | 'target' | 'weight'
  /** Document node: the Input, or the Output whose target or sample weights it is. */
  node: NodeId
  /** Feature columns in order (inputs) or the target columns, one unit each where there are several; none for the weights of an Output without one. */
  columns: readonly string[]
  encoding?: TargetEncoding
  /** Row shape without the batch. */
  rowShape: readonly number[]
}

export interface CompiledWeight extends WeightSpec {
  node: NodeId
  /** `<node name>/<weight name>`, as in Keras. */
  path: string
  /** Where it is trained. */
  offset: number
  /** Where the values to use lie: `offset`, or its moving average where the optimiser keeps one. */
  usedOffset: number
  frozen: boolean
  /** Philox substream of its initialiser. */
  ordinal: number
}

export interface LayerReport {
  node: NodeId
  name: string
  type: string
  outputShapes: Shape[]
  parameters: number
  trainable: number
  /** Forward FLOPs of one sample. */
  flops: number
}

export interface CostReport {
  layers: LayerReport[]
  parameters: number
  trainable: number
  nonTrainable: number
  /** Forward FLOPs a sample. */
  flopsPerSample: number
  /** Forward and backward, as the train program computes them; the update, once a batch, is not in it. */
  trainingFlopsPerSample: number
  /** Bytes a session holds at once: arena, weights, optimiser slots, constants. */
  peakBytes: number
}

export interface CompiledModel {
  /** `train` updates weights; `evaluate` feeds targets and fills accumulators and outputs in inference mode; `predict` needs inputs only. */
  programs: { train: Program; evaluate: Program; predict: Program }
  /** The optimised IR of each program, for printing and the ONNX exporter. */
  graphs: { train: IrGraph; evaluate: IrGraph; predict: IrGraph }
  persistent: readonly PersistentEntry[]
  persistentFloats: number
  weights: readonly CompiledWeight[]
  /** Ranges of optimiser slots that do not start at 0, in floats. */
  slotInitials: readonly { offset: number; length: number; value: number }[]
  slots: readonly SlotBinding[]
  /** Accumulators in order, shared by train and evaluate: `loss` first (the total, penalties included), then the parts of each metric of each objective (`<metric>`, `<metric> part 2`, ...). Each is a sum over samples. */
  accumulators: readonly string[]
  /** One an Output node, in order: shape of one sample. */
  outputs: readonly { node: NodeId; name: string; rowShape: readonly number[] }[]
  /** Which steps of an Output that gives an Input back count, where a mask says so: `predict` gives them after the outputs. */
  masks: readonly { node: NodeId; rowShape: readonly number[] }[]
  report: CostReport
}
