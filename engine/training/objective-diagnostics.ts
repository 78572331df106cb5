import type { JsonObject } from '../base/json.ts'
import { sameShape } from '../base/shape.ts'
import type { Diagnostic } from '../graph/diagnostic.ts'
import type { DatasetSignature, GraphDocument, GraphNode } from '../graph/document.ts'
import { setParams } from '../graph/edit.ts'
import { mergePatches } from '../graph/history.ts'
import type { DocumentInference } from '../graph/infer.ts'
import type { Patch } from '../graph/patch.ts'
import { applyPatch } from '../graph/patch.ts'
import { flattenBeforeDense } from '../graph/repair.ts'
import { activationRange } from '../layers/activations.ts'
import { inputTarget } from '../layers/io/input-target.ts'
import { resolveTarget } from '../layers/io/targets.ts'
import type { ResolvedOutput } from './objectives.ts'
import { sourceOf } from './objectives.ts'

/** Layers between the last Dense and an Output that keep the number of units. */
const keepsUnits = new Set(['dropout', 'activation', 'prelu', 'batch_normalization'])

function lastDense(document: GraphDocument, output: GraphNode): GraphNode | undefined {
  let node = sourceOf(document, output.id)
  for (let steps = 0; node && keepsUnits.has(node.type) && steps < 1000; steps += 1) node = sourceOf(document, node.id)
  return node?.type === 'dense' ? node : undefined
}

/** One patch over several nodes' parameters. */
function patchOf(document: GraphDocument, label: string, edits: readonly [GraphNode | null | undefined, JsonObject][]) {
  let patch: Patch = { label, changes: [] }
  let current = document
  for (const [node, params] of edits) {
    const edit = node ? setParams(current, node.id, params) : null
    if (!edit?.ok) continue
    patch = mergePatches(patch, edit.patch)
    current = applyPatch(current, edit.patch)
  }
  return patch.changes.length > 0 ? { ...patch, label } : undefined
}

/** Units and activation of COURSE's table for the target at hand. */
function wanted(output: ResolvedOutput): { units: number; activation?: string } | null {
  const { target, loss, last } = output
  if (!target) return null
  if (target.input) return target.input.shape?.length === 2 ? { units: target.input.shape[1] as number } : null
  const columns = target.columns?.length ?? 1
  if (target.kind === 'labels') return { units: columns, activation: 'sigmoid' }
  if (target.kind === 'numeric') return { units: columns, activation: 'linear' }
  const classes = target.classes?.length ?? 2
  const binary = classes === 2 && (loss?.type === 'binary_crossentropy' || last.activation === 'sigmoid')
  return binary ? { units: 1, activation: 'sigmoid' } : { units: classes, activation: 'softmax' }
}

function shapeRepair(document: GraphDocument, inference: DocumentInference, output: ResolvedOutput): Patch | undefined {
  if (output.prediction.length > 2 && !output.target?.input)
    return flattenBeforeDense(document, inference, output.node.id)
  const goal = wanted(output)
  const dense = lastDense(document, output.node)
  if (!goal || !dense || output.prediction.length > 2) return undefined
  const units = `Set ${dense.name} to ${goal.units} ${goal.units === 1 ? 'unit' : 'units'}`
  const fitting = { units: goal.units }
  if (goal.activation === undefined || output.last.activation === goal.activation)
    return patchOf(document, units, [[dense, fitting]])
  const label = `${units} with ${goal.activation}`
  return patchOf(document, label, [
    [dense, fitting],
    [output.last.node, { activation: goal.activation }],
  ])
}

/** Without a target column an Output may be that of an autoencoder: the Input whose shape arrives becomes its target. */
function reconstructRepair(
  document: GraphDocument,
  inference: DocumentInference,
  { node, prediction }: ResolvedOutput,
): Patch | undefined {
  const input = Object.values(document.nodes).find((candidate) => {
    const shape = candidate.type === 'input' ? inference.nodes[candidate.id]?.outputs[0] : undefined
    return shape && sameShape(shape, prediction)
  })
  return input && patchOf(document, `Reconstruct ${input.name}`, [[node, { target: inputTarget(input.name) }]])
}

/** Without a choice among several targets of a kind, the Output may predict them all. */
function togetherRepair(
  document: GraphDocument,
  { node }: ResolvedOutput,
  dataset: DatasetSignature | undefined,
): Patch | undefined {
  const targets = dataset?.targets.map(({ column }) => column) ?? []
  try {
    if (dataset) resolveTarget({ target: '', targets }, dataset)
  } catch {
    return undefined
  }
  return patchOf(document, `Predict all ${targets.length} targets together`, [[node, { targets }]])
}

/** A loss that is taken from before a certain function, and another function in its place. */
function neededActivation(document: GraphDocument, { node, last, loss }: ResolvedOutput): Diagnostic | null {
  const needed = loss?.needsActivation
  if (!loss || needed === undefined) return null
  const direct = sourceOf(document, node.id)?.id === last.node?.id
  if (direct && last.activation === needed) return null
  return {
    severity: 'error',
    code: 'objective.needs-activation',
    message: `${loss.label} as a loss needs ${needed} as the function right before ${node.name}.`,
    node: direct && last.node ? last.node.id : node.id,
    param: direct && last.node ? 'activation' : 'loss',
    where: direct && last.node ? last.node.name : node.name,
    expected: needed,
    received: last.activation ?? 'another layer',
    fix: `Set the activation of the last layer to ${needed}, or choose another loss.`,
    repair: direct
      ? patchOf(document, `Set the last activation to ${needed}`, [[last.node, { activation: needed }]])
      : undefined,
  }
}

function activationFinding(document: GraphDocument, output: ResolvedOutput): Diagnostic | null {
  const { node, last, loss, prediction, target } = output
  const { activation } = last
  const needed = neededActivation(document, output)
  if (needed) return needed
  if (!loss || activation === null) return null
  const at = { node: last.node?.id ?? node.id, param: 'activation', where: last.node?.name ?? node.name }
  const repair = (value: string) =>
    patchOf(document, `Set the last activation to ${value}`, [[last.node, { activation: value }]])
  if (activation === 'softmax' && prediction.at(-1) === 1)
    return {
      severity: 'error',
      code: 'objective.softmax-of-one-unit',
      message: 'Softmax over one unit is always 1, so nothing can be learned.',
      ...at,
      expected: 'sigmoid, or one unit a class',
      received: 'softmax over 1 unit',
      fix: target?.kind === 'numeric' ? 'Use a linear last layer.' : 'Use sigmoid.',
      repair: repair(target?.kind === 'numeric' ? 'linear' : 'sigmoid'),
    }
  if (activation === 'step') return null
  if (loss.type.endsWith('crossentropy')) {
    const fitting = loss.type === 'binary_crossentropy' ? 'sigmoid' : 'softmax'
    if (activation === 'softmax' && target?.kind === 'labels')
      return {
        severity: 'error',
        code: 'objective.activation',
        message: 'Softmax makes the probabilities add up to 1, but several of these labels may hold at once.',
        ...at,
        expected: 'sigmoid',
        received: 'softmax',
        fix: 'Set the activation of the last layer to sigmoid.',
        repair: repair('sigmoid'),
      }
    if (activation === fitting || (activation === 'softmax' && loss.type === 'binary_crossentropy')) return null
    const probable = activation === 'sigmoid'
    return {
      severity: probable ? 'warning' : 'error',
      code: 'objective.activation',
      message: probable
        ? 'Sigmoid rates each class by itself; for one label out of several, softmax makes the probabilities add up to 1.'
        : `${loss.label} needs probabilities, and ${activation} does not make them.`,
      ...at,
      expected: fitting,
      received: activation,
      fix: `Set the activation of the last layer to ${fitting}.`,
      repair: repair(fitting),
    }
  }
  if (loss.activations?.includes(activation)) return null
  if (loss.activations)
    return {
      severity: 'warning',
      code: 'objective.activation',
      message: `${loss.label} is not defined for all values that ${activation} gives.`,
      ...at,
      expected: loss.activations.join(', '),
      received: activation,
      fix: `Set the activation of the last layer to ${loss.activations[0]}.`,
      repair: repair(loss.activations[0] as string),
    }
  const range = activationRange[activation]
  if (target?.kind !== 'numeric' || target.input || target.adversarial || range === undefined) return null
  return {
    severity: 'warning',
    code: 'objective.bounded-activation',
    message: `${activation} only gives values ${range}; standardised targets lie on both sides of 0.`,
    ...at,
    expected: 'linear, for a number of any size',
    received: activation,
    fix: 'Set the activation of the last layer to linear, unless all targets lie in that range.',
    repair: repair('linear'),
  }
}

/** Findings about last layer, loss and target of each Output (the course's table of problem types), with repairs. */
export function diagnoseOutputs(
  document: GraphDocument,
  inference: DocumentInference,
  outputs: readonly ResolvedOutput[],
  dataset?: DatasetSignature,
): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  for (const output of outputs) {
    if (output.problem) {
      const automatic = output.problem.code === 'loss.shape'
      const param = output.problem.code.startsWith('output.') ? 'target' : undefined
      const wrongLoss = automatic && output.target?.kind === 'numeric' && output.loss?.target !== 'value'
      diagnostics.push({
        ...output.problem,
        severity: 'error',
        node: output.node.id,
        param: wrongLoss ? 'loss' : param,
        where: output.node.name,
        repair:
          output.problem.code === 'output.no-target'
            ? reconstructRepair(document, inference, output)
            : output.problem.code === 'output.ambiguous-target'
              ? togetherRepair(document, output, dataset)
              : wrongLoss
                ? patchOf(document, 'Let the loss follow from the target', [[output.node, { loss: 'auto' }]])
                : automatic
                  ? shapeRepair(document, inference, output)
                  : undefined,
      })
    } else {
      const finding = activationFinding(document, output)
      if (finding) diagnostics.push(finding)
    }
  }
  return diagnostics
}
