import type { ErrorDetails } from '../base/errors.ts'
import { formatShape } from '../base/shape.ts'
import { reconstructedInput } from '../layers/io/input-target.ts'
import type { LayerDeclaration } from '../layers/layer.ts'
import { suggestion } from '../layers/near-matches.ts'
import { checkParams } from '../layers/param-check.ts'
import { findLayer, layers } from '../layers/registry.ts'
import { adversarialPlanProblems } from '../training/objective-adversarial.ts'
import { diagnoseOutputs } from '../training/objective-diagnostics.ts'
import { nothingToLabel, pseudoLabelsProblem, pseudoLabelsTooLate } from '../training/objective-pseudo-labels.ts'
import { type ResolvedOutput, resolveOutputs } from '../training/objectives.ts'
import type { TrainingPlan } from '../training/plan.ts'
import { scheduleAdvice } from '../training/plan-params.ts'
import { diagnoseAdversaries, hasAdversaries } from './adversarial.ts'
import { advise } from './advice.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { DatasetSignature, GraphDocument, GraphNode, NodeId } from './document.ts'
import { connect, disconnect, nameProblem, removeNodes, setParams } from './edit.ts'
import type { DocumentInference } from './infer.ts'
import { inferDocument, leastEdges } from './infer.ts'
import { maskFindings, paddingFindings } from './mask-findings.ts'
import { isName, uniqueName } from './names.ts'
import { flattenMergedInputs, reshapeInput } from './repair.ts'
import { sharingFindings } from './sharing.ts'
import { tokenFindings } from './token-findings.ts'
import { connectionsOf, reachable } from './topology.ts'

export interface ValidationContext {
  dataset?: DatasetSignature
  plan?: TrainingPlan
  /** Rows that train; without it all rows of the data count. */
  trainingRows?: number
  /** Rows of the training part without a target; unknown when it is left out. */
  unlabelledRows?: number
}

const severities = { error: 0, warning: 1, info: 2 } as const

/**
 * Everything wrong or unwise in a document, errors first, each with its node and, where there is one, a repair. Without `dataset`
 * what depends on data is not judged.
 */
export function validateDocument(document: GraphDocument, context: ValidationContext = {}): Diagnostic[] {
  const inference = inferDocument(document, context.dataset)
  const outputs = resolveOutputs(document, inference, context.dataset)
  const repeated = repeatedNames(document)
  const diagnostics = [
    ...Object.values(document.nodes).flatMap((node) => nodeFindings(document, node, repeated)),
    ...sharingFindings(document),
    ...edgeFindings(document),
    ...cycleFindings(document, inference),
    ...shapeFindings(document, inference, context.dataset),
    ...presenceFindings(document),
    ...maskFindings(document, inference),
    ...paddingFindings(document, inference, context.dataset),
    ...tokenFindings(document, inference, context.dataset),
    ...diagnoseOutputs(document, inference, outputs, context.dataset),
    ...diagnoseAdversaries(document, inference),
    ...planFindings(document, context),
    ...pseudoLabelFindings(outputs, context),
    ...advise(document, inference, context.dataset),
  ]
  return diagnostics.sort((a, b) => severities[a.severity] - severities[b.severity])
}

/** Names that more than one node has. */
function repeatedNames(document: GraphDocument): Set<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { name } of Object.values(document.nodes)) {
    if (seen.has(name)) repeated.add(name)
    seen.add(name)
  }
  return repeated
}

function nodeFindings(document: GraphDocument, node: GraphNode, repeated: ReadonlySet<string>): Diagnostic[] {
  const at = { severity: 'error', node: node.id, where: node.name } as const
  const found: Diagnostic[] = []
  const name = isName(node.name) && !repeated.has(node.name) ? null : nameProblem(document, node.name, node.id)
  if (name) {
    const fresh = uniqueName(document, findLayer(node.type)?.type ?? 'layer')
    const after = { ...node, name: fresh }
    const changes = [{ kind: 'node', id: node.id, before: node, after }] as const
    found.push({ ...name, ...at, repair: { label: `Rename to ${fresh}`, changes } })
  }
  const declaration = findLayer(node.type)
  if (!declaration) {
    const types = layers.map((layer) => layer.type)
    found.push({
      ...at,
      code: 'graph.unknown-layer',
      message: `There is no layer "${node.type}".`,
      expected: 'a layer of this version',
      received: node.type,
      fix: suggestion(node.type, types),
      repair: removeNodes(document, [node.id]),
    })
    return found
  }
  for (const problem of checkParams(declaration.params, node.params)) {
    const edit = problem.param === undefined ? null : setParams(document, node.id, { [problem.param]: null })
    const label = problem.code === 'param.unknown' ? `Remove ${problem.param}` : `Reset ${problem.param} to its default`
    found.push({ ...problem, ...at, repair: edit?.ok ? { ...edit.patch, label } : undefined })
  }
  return [...found, ...portFindings(document, node, declaration)]
}

/** The remedy for attention whose query alone is connected: its source attends to itself. */
function selfAttention(document: GraphDocument, node: GraphNode, declaration: LayerDeclaration, port: string) {
  const query = declaration.inputs[0]?.name ?? ''
  const [only, ...more] = connectionsOf(document).incoming.get(node.id)?.get(query) ?? []
  if (declaration.category !== 'attention' || port === query || !only || more.length > 0) return {}
  const joined = connect(document, only.from, { node: node.id, port })
  if (!joined.ok) return {}
  const source = document.nodes[only.from.node]?.name
  return {
    fix: `Connect ${source} to the ${port} too, so that it attends to itself, or another sequence.`,
    repair: { ...joined.patch, label: `Connect ${source} to the ${port}` },
  }
}

function portFindings(document: GraphDocument, node: GraphNode, declaration: LayerDeclaration): Diagnostic[] {
  const found: Diagnostic[] = []
  const ports = connectionsOf(document).incoming.get(node.id)
  for (const port of declaration.inputs) {
    const edges = ports?.get(port.name) ?? []
    const least = leastEdges(port)
    const at = { severity: 'error', node: node.id, port: port.name, where: `${node.name}.${port.name}` } as const
    if (edges.length < least)
      found.push({
        ...at,
        code: 'graph.unconnected',
        message:
          least === 1
            ? `Nothing is connected to the ${port.label} of ${node.name}.`
            : `${node.name} needs at least ${least} inputs and has ${edges.length}.`,
        expected: least === 1 ? 'a connection' : `at least ${least} connections`,
        received: edges.length === 0 ? 'none' : String(edges.length),
        fix: `Drag a connection to ${node.name}, or remove it.`,
        repair: removeNodes(document, [node.id]),
        ...selfAttention(document, node, declaration, port.name),
      })
    if (!port.variadic && edges.length > 1) {
      const extra = edges.slice(1).map((edge) => edge.id)
      found.push({
        ...at,
        code: 'graph.port-occupied',
        message: `The ${port.label} of ${node.name} takes one connection and has ${edges.length}.`,
        expected: '1 connection',
        received: `${edges.length} connections`,
        fix: 'Keep one, or join them with Add or Concatenate first.',
        repair: { ...disconnect(document, extra), label: 'Keep the first connection' },
      })
    }
  }
  return found
}

function edgeFindings(document: GraphDocument): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const edge of Object.values(document.edges)) {
    const source = document.nodes[edge.from.node]
    const target = document.nodes[edge.to.node]
    const outputs = source && findLayer(source.type)?.outputs
    const inputs = target && findLayer(target.type)?.inputs
    const lost =
      !source || !target
        ? `a node that does not exist (${source ? edge.to.node : edge.from.node})`
        : outputs && !outputs.some((port) => port.name === edge.from.port)
          ? `an output "${edge.from.port}" that ${source.name} does not have`
          : inputs && !inputs.some((port) => port.name === edge.to.port)
            ? `an input "${edge.to.port}" that ${target.name} does not have`
            : null
    if (lost === null) continue
    found.push({
      severity: 'error',
      code: 'graph.dangling-edge',
      message: `A connection ends at ${lost}.`,
      where: `${source?.name ?? edge.from.node} -> ${target?.name ?? edge.to.node}`,
      node: target?.id ?? source?.id,
      expected: 'a port that exists',
      received: lost,
      fix: 'Remove the connection.',
      repair: disconnect(document, [edge.id]),
    })
  }
  return found
}

function cycleFindings(document: GraphDocument, inference: DocumentInference): Diagnostic[] {
  return inference.cycles.map((cycle) => {
    const names = cycle.map((id) => document.nodes[id]?.name ?? id)
    const last = cycle.at(-1)
    const closing = Object.values(document.edges).find((edge) => edge.from.node === last && edge.to.node === cycle[0])
    return {
      severity: 'error',
      code: 'graph.cycle',
      message: `The layers ${names.join(', ')} feed each other in a circle.`,
      where: names[0],
      node: cycle[0],
      expected: 'a graph without cycles',
      received: [...names, names[0]].join(' -> '),
      fix: 'Remove one of these connections.',
      repair: closing
        ? { ...disconnect(document, [closing.id]), label: `Disconnect ${names.at(-1)} -> ${names[0]}` }
        : undefined,
    }
  })
}

function shapeFindings(
  document: GraphDocument,
  inference: DocumentInference,
  dataset: DatasetSignature | undefined,
): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const node of Object.values(document.nodes)) {
    const known = inference.nodes[node.id]
    const problem = known?.problem
    if (!problem) continue
    const noData = problem.code === 'input.no-data' && dataset === undefined
    const edit = problem.code === 'input.shape' ? setParams(document, node.id, { shape: null }) : null
    found.push({
      ...problem,
      severity: noData ? 'info' : 'error',
      node: node.id,
      where: problem.port ? `${node.name}.${problem.port}` : node.name,
      received: problem.received ?? known.inputs.map((shape) => formatShape(shape)).join(', '),
      repair: edit?.ok
        ? { ...edit.patch, label: 'Use one vector of all columns' }
        : problem.code === 'graph.shape-mismatch'
          ? flattenMergedInputs(document, inference, node.id)
          : problem.code === 'layer.rank'
            ? rankRepair(document, inference, node.id, problem)
            : undefined,
    })
  }
  return found
}

/** What lays the input of a layer out with as many axes as its problem says it takes. */
function rankRepair(document: GraphDocument, inference: DocumentInference, node: NodeId, { data }: ErrorDetails) {
  const rank = (data as { rank?: number } | undefined)?.rank
  return rank === undefined ? undefined : reshapeInput(document, inference, node, rank)
}

/** True for an Input that an Output is to give back: it counts, also where nothing else reads it. */
function isReconstructed(document: GraphDocument, { type, name }: GraphNode): boolean {
  return (
    type === 'input' &&
    Object.values(document.nodes).some(
      (node) => node.type === 'output' && reconstructedInput(node.params.target) === name,
    )
  )
}

function presenceFindings(document: GraphDocument): Diagnostic[] {
  const nodes = Object.values(document.nodes)
  const starts = nodes.filter((node) => node.type === 'input').map((node) => node.id)
  const ends = nodes.filter((node) => node.type === 'output').map((node) => node.id)
  const found: Diagnostic[] = []
  for (const [kind, list] of [
    ['Input', starts],
    ['Output', ends],
  ] as const)
    if (list.length === 0)
      found.push({
        severity: 'error',
        code: kind === 'Input' ? 'graph.no-input' : 'graph.no-output',
        message: `The network has no ${kind}.`,
        expected: `at least one ${kind} layer`,
        received: 'none',
        fix: `Drag an ${kind} from the palette.`,
      })
  const fed = reachable(document, starts, 'forward')
  const used = reachable(document, ends, 'backward')
  for (const node of nodes) if (isReconstructed(document, node)) used.add(node.id)
  for (const node of nodes) {
    if (node.type === 'output' && starts.length > 0 && !fed.has(node.id))
      found.push({
        severity: 'error',
        code: 'graph.unreachable',
        message: `No path leads from an Input to ${node.name}.`,
        where: node.name,
        node: node.id,
        expected: 'a path from an Input',
        received: 'none',
        fix: 'Connect its layers through to an Input.',
      })
    else if (node.type !== 'output' && ends.length > 0 && !used.has(node.id))
      found.push({
        severity: 'warning',
        code: 'graph.unused',
        message: `${node.name} leads to no Output, so it has no effect.`,
        where: node.name,
        node: node.id,
        fix: 'Connect it onwards, or remove it.',
        repair: removeNodes(document, [node.id]),
      })
  }
  return found
}

function planFindings(document: GraphDocument, { plan, dataset, trainingRows }: ValidationContext): Diagnostic[] {
  if (!plan) return []
  const found: Diagnostic[] = hasAdversaries(document)
    ? adversarialPlanProblems(plan).map((problem) => ({ ...problem, severity: 'error', param: problem.where }))
    : []
  const advice = scheduleAdvice(plan)
  if (advice) found.push({ ...advice, severity: 'warning', param: advice.where })
  const rows = trainingRows ?? dataset?.rowCount
  if (rows === undefined || plan.batchSize <= rows) return found
  return [
    ...found,
    {
      severity: 'error',
      code: 'training.batch-larger-than-data',
      message: `A batch of ${plan.batchSize} is larger than the ${rows} rows there are to train on.`,
      where: 'training.batchSize',
      param: 'training.batchSize',
      expected: `at most ${rows}`,
      received: String(plan.batchSize),
      fix: `Set the batch size to ${Math.min(32, rows)} or another number up to ${rows}.`,
    },
  ]
}

function pseudoLabelFindings(outputs: readonly ResolvedOutput[], context: ValidationContext): Diagnostic[] {
  const { plan, dataset, trainingRows = 0, unlabelledRows } = context
  if (!plan?.pseudoLabels.enabled) return []
  const nothing = unlabelledRows === 0 ? nothingToLabel(trainingRows) : null
  const problem = pseudoLabelsProblem(outputs, dataset) ?? nothing
  if (problem) return [{ ...problem, severity: 'error', param: problem.where }]
  const late = pseudoLabelsTooLate(plan)
  return late ? [{ ...late, severity: 'warning', param: late.where }] : []
}
