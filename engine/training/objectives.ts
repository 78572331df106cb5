import type { ErrorDetails } from '../base/errors.ts'
import { LaminaError } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import type { Adversarial, LossDeclaration, MetricDeclaration, Objective, TargetEncoding } from '../compile/types.ts'
import { adversariesOf, hasAdversaries, imitatedInput } from '../graph/adversarial.ts'
import type { DatasetSignature, GraphDocument, GraphNode, NodeId, TargetSignature } from '../graph/document.ts'
import type { DocumentInference } from '../graph/infer.ts'
import { connectionsOf } from '../graph/topology.ts'
import { reconstructedInput } from '../layers/io/input-target.ts'
import { resolveTarget } from '../layers/io/targets.ts'
import { suggestion } from '../layers/near-matches.ts'
import type { EffectiveParams } from '../layers/params.ts'
import { columnsParam, numberParam, textParam } from '../layers/read-params.ts'
import { checkReconstruction } from './losses/check.ts'
import { findLoss, losses } from './losses/registry.ts'
import { overCountedSteps } from './metrics/over-steps.ts'
import { findMetric, metrics } from './metrics/registry.ts'
import { adversarialMetrics, checkAdversarialLoss } from './objective-adversarial.ts'

/** A target column or several, or with `input` the value of an Input, which an autoencoder gives back, or whether a sample of a GAN is real. */
export type Target = TargetSignature & {
  input?: { node: NodeId; shape?: Shape }
  adversarial?: Adversarial
}

/** The layer whose function makes the prediction of an Output. */
export interface LastActivation {
  /** `linear` where no function is applied; null where it is none of the named ones (PReLU, Add, ...). */
  activation: string | null
  /** The Dense or Activation whose `activation` says so. */
  node: GraphNode | null
}

/** Layers that hand values on as they are (while predicting). */
const passThrough = new Set(['dropout', 'flatten', 'reshape'])

/** Follows the first input of a node backwards. */
export function sourceOf(document: GraphDocument, node: NodeId): GraphNode | undefined {
  const ports = connectionsOf(document).incoming.get(node)
  const edge = ports ? [...ports.values()][0]?.[0] : undefined
  return edge && document.nodes[edge.from.node]
}

/** The function applied last before an Output. */
export function lastActivation(document: GraphDocument, inference: DocumentInference, output: NodeId): LastActivation {
  let node = sourceOf(document, output)
  for (let steps = 0; node && passThrough.has(node.type) && steps < 1000; steps += 1) node = sourceOf(document, node.id)
  if (node?.type === 'softmax') return { activation: 'softmax', node: null }
  if (!node || (node.type !== 'dense' && node.type !== 'activation')) return { activation: null, node: null }
  const params = inference.nodes[node.id]?.params
  return { activation: params ? textParam(params, 'activation') : null, node }
}

/** The Input that an Output is to reconstruct; null when its target is a column. Throws `output.unknown-input`. */
function resolveInputTarget(
  document: GraphDocument,
  inference: DocumentInference,
  params: EffectiveParams,
): Target | null {
  const column = textParam(params, 'target')
  const name = reconstructedInput(column)
  if (name === null) return null
  const inputs = Object.values(document.nodes).filter((node) => node.type === 'input')
  const found = inputs.find((node) => node.name === name)
  if (found) return { column, kind: 'numeric', input: { node: found.id, shape: inference.nodes[found.id]?.outputs[0] } }
  const names = inputs.map((node) => node.name)
  throw new LaminaError({
    code: 'output.unknown-input',
    message: `The drawing has no Input called "${name}" to be reconstructed.`,
    expected: names.map((each) => `input:${each}`).join(', ') || 'an Input of the drawing',
    received: column,
    fix: suggestion(name, names),
  })
}

/** Behind the junction of a GAN an Output has no column: its target is whether a sample is real. */
function resolveAdversary(document: GraphDocument, output: NodeId): Target | null {
  const parts = adversariesOf(document, output)
  if (!parts) return null
  const { junction, discriminator, generator } = parts
  const imitates = imitatedInput(document, parts)
  const adversarial = { junction, discriminator, generator, ...(imitates === undefined ? {} : { imitates }) }
  return { column: 'real', kind: 'numeric', adversarial }
}

/** True when an Output learns from a target column of the data; that of an autoencoder or a GAN does not. */
export function usesTargets(document: GraphDocument): boolean {
  if (hasAdversaries(document)) return false
  return Object.values(document.nodes).some(
    (node) => node.type === 'output' && reconstructedInput(node.params.target) === null,
  )
}

/** How a target is fed to a loss: numbers and labels (0 or 1) as they are, classes as an index (one unit, or a sparse loss) or one-hot. */
export function encodingFor(loss: LossDeclaration, prediction: Shape, target: Target | undefined): TargetEncoding {
  if (target?.kind !== 'classes' || loss.target !== 'value') return loss.target
  return prediction.at(-1) === 1 ? 'index' : 'one-hot'
}

/**
 * The loss of an Output. `auto`: classes with one unit (of two) and labels binary cross-entropy, else sparse categorical cross-entropy;
 * numbers mean squared error; without data the last activation decides. Its `target` is the encoding to feed.
 */
export function resolveLoss(
  params: EffectiveParams,
  prediction: Shape,
  last: LastActivation,
  target: Target | undefined,
): LossDeclaration {
  const chosen = textParam(params, 'loss')
  const automatic = automaticLoss(prediction, last, target)
  // Class numbers cannot be smoothed; the one-hot form is the same loss.
  const smooths = automatic === 'sparse_categorical_crossentropy' && params.labelSmoothing !== 0
  const type = chosen !== 'auto' ? chosen : smooths ? 'categorical_crossentropy' : automatic
  const loss = findLoss(type)
  if (!loss)
    throw new LaminaError({
      code: 'output.unknown-loss',
      message: `There is no loss "${type}".`,
      expected: losses.map((item) => item.type).join(', '),
      received: type,
      fix: suggestion(
        type,
        losses.map((item) => item.type),
      ),
    })
  return {
    ...loss,
    target: encodingFor(loss, prediction, target),
    lower: (builder, predicted, wanted) => loss.lower(builder, predicted, wanted, params),
  }
}

function automaticLoss(prediction: Shape, last: LastActivation, target: Target | undefined): string {
  if (target?.adversarial) return last.activation === 'sigmoid' ? 'binary_crossentropy' : 'mean_squared_error'
  const units = prediction.at(-1)
  if (target?.kind === 'numeric') return 'mean_squared_error'
  if (target?.kind === 'labels') return 'binary_crossentropy'
  if (target)
    return units === 1 && target.classes?.length === 2 ? 'binary_crossentropy' : 'sparse_categorical_crossentropy'
  if (last.activation === 'softmax') return 'sparse_categorical_crossentropy'
  return last.activation === 'sigmoid' && units === 1 ? 'binary_crossentropy' : 'mean_squared_error'
}

/**
 * Metrics followed during training: accuracy for classes, mean absolute and squared error for numbers (the loss left out), or with `all`
 * every one that fits; then those of the list. Throws `output.metric` for one of the list that does not fit.
 */
export function resolveMetrics(
  loss: LossDeclaration,
  target: Target | undefined,
  choice: MetricChoice = { metrics: 'auto', prediction: [] },
): MetricDeclaration[] {
  const chosen = automaticMetrics(loss, target, choice)
  const further = (choice.list ?? []).map((type) => findMetric(type)).filter((metric) => metric !== undefined)
  const wrong = target && further.find((metric) => metric.fits && !isMeasurable(metric, target, choice))
  if (wrong)
    throw new LaminaError({
      code: 'output.metric',
      message: wrong.fits?.(choice.prediction, target)
        ? `${wrong.label} cannot be measured of a prediction with a mask: it would count the samples that the mask leaves out.`
        : `${wrong.label} cannot be measured here.`,
      expected: metrics
        .filter((metric) => isMeasurable(metric, target, choice))
        .map(({ type }) => type)
        .join(', '),
      received: wrong.type,
      fix: 'Take it off the list of further metrics of the Output.',
    })
  const all = [...new Set([...chosen, ...further])].filter((metric) => metric.type !== loss.type)
  return all.map((metric) => measuredOf(metric, target))
}

/** What an Output asks to be measured, and of what. */
interface MetricChoice {
  metrics: string
  prediction: Shape
  list?: readonly string[]
  /** The prediction has a mask. */
  masked?: boolean
}

/** A metric as it is measured of a target. */
function measuredOf(metric: MetricDeclaration, target: Target | undefined): MetricDeclaration {
  return target?.kind === 'labels' && metric.ofLabels ? { ...metric, ...metric.ofLabels } : metric
}

/** Whether a metric fits; what counts whole samples by itself would not heed a mask. */
function isMeasurable(metric: MetricDeclaration, target: Target | undefined, choice: MetricChoice): boolean {
  if (choice.masked && measuredOf(metric, target).counts) return false
  return metric.fits?.(choice.prediction, target) ?? false
}

function automaticMetrics(
  loss: LossDeclaration,
  target: Target | undefined,
  choice: MetricChoice,
): MetricDeclaration[] {
  if (choice.metrics === 'none') return []
  if (choice.metrics === 'all')
    return metrics.filter((metric) => metric.type !== loss.type && isMeasurable(metric, target, choice))
  const classes = target ? target.kind !== 'numeric' : loss.type.endsWith('crossentropy')
  const types = classes ? ['accuracy'] : ['mean_absolute_error', 'mean_squared_error'].filter((t) => t !== loss.type)
  return types.map((type) => findMetric(type)).filter((metric) => metric !== undefined)
}

/** The metrics of an Output by its parameters. Throws `output.metric`. */
function metricsOf(
  loss: LossDeclaration,
  target: Target | undefined,
  params: EffectiveParams,
  { prediction, masked }: Pick<MetricChoice, 'prediction' | 'masked'>,
): MetricDeclaration[] {
  const list = columnsParam(params, 'metricList')
  return resolveMetrics(loss, target, { metrics: textParam(params, 'metrics'), prediction, list, masked })
}

/** What is known of an Output, or why it cannot be trained. */
export interface ResolvedOutput {
  node: GraphNode
  prediction: Shape
  last: LastActivation
  target?: Target
  loss?: LossDeclaration
  problem?: ErrorDetails
}

/** Every Output that a prediction arrives at, in topological order, with target and loss. Never throws. */
export function resolveOutputs(
  document: GraphDocument,
  inference: DocumentInference,
  dataset?: DatasetSignature,
): ResolvedOutput[] {
  const resolved: ResolvedOutput[] = []
  for (const id of inference.order) {
    const node = document.nodes[id]
    const known = inference.nodes[id]
    const prediction = known?.inputs[0]
    if (node?.type !== 'output' || !known || !prediction) continue
    const item: ResolvedOutput = { node, prediction, last: lastActivation(document, inference, id) }
    resolved.push(item)
    try {
      const adversary = resolveAdversary(document, id)
      const input = adversary ? null : resolveInputTarget(document, inference, known.params)
      if (adversary ?? input) item.target = (adversary ?? input)!
      else if (dataset) item.target = resolveTarget(known.params, dataset)
      item.loss = resolveLoss(known.params, prediction, item.last, item.target)
      if (adversary) checkAdversarialLoss(item.loss)
      if (input) checkReconstruction(item.loss, prediction, input)
      else item.loss.check(prediction, item.target)
      metricsOf(item.loss, item.target, known.params, { prediction, masked: known.inputMasks[0] != null })
    } catch (thrown) {
      item.problem = LaminaError.from(thrown, node.name).details
    }
  }
  return resolved
}

/**
 * What the compiler trains: one objective an Output, in topological order. Throws the first Output's problem
 * (`loss.shape`, `output.*`) and `graph.no-output`.
 */
export function objectivesOf(
  document: GraphDocument,
  dataset: DatasetSignature,
  inference: DocumentInference,
): Objective[] {
  const outputs = resolveOutputs(document, inference, dataset)
  const objectives: Objective[] = []
  for (const { node, loss, target, problem, prediction } of outputs) {
    if (problem || !loss) throw new LaminaError({ ...problem!, where: problem?.where ?? node.name })
    const params = inference.nodes[node.id]!.params
    const masked = inference.nodes[node.id]!.inputMasks[0] != null
    const chosen = metricsOf(loss, target, params, { prediction, masked })
    const quantile = numberParam(params, 'anomalyQuantile')
    objectives.push({
      output: node.id,
      loss,
      weight: numberParam(params, 'weight'),
      metrics: target?.adversarial ? adversarialMetrics : masked ? chosen.map(overCountedSteps) : chosen,
      ...(target?.adversarial ? { adversarial: target.adversarial } : {}),
      ...(target?.input ? { reconstruction: { input: target.input.node, quantile } } : {}),
    })
  }
  if (objectives.length === 0)
    throw new LaminaError({
      code: 'graph.no-output',
      message: 'No Output receives a prediction, so there is nothing to train.',
      expected: 'a connected Output',
      received: 'none',
      fix: 'Add an Output and connect the last layer to it.',
    })
  return objectives
}
