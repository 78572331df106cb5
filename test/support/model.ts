import { compileModel } from '../../engine/compile/compile.ts'
import type { CompiledModel, CompileRequest, MetricDeclaration } from '../../engine/compile/types.ts'
import type { DatasetSignature, GraphDocument, GraphEdge, GraphNode } from '../../engine/graph/document.ts'
import { effectiveParams } from '../../engine/layers/param-check.ts'
import { findLayer } from '../../engine/layers/registry.ts'
import { findLoss } from '../../engine/training/losses/registry.ts'
import { metrics } from '../../engine/training/metrics/registry.ts'
import { optimizers } from '../../engine/training/optimizers/registry.ts'

export interface Part {
  type: string
  params?: GraphNode['params']
  frozen?: boolean
  /** Name of the node whose weights it uses. */
  weightsFrom?: string
  /** Names of the nodes it reads, in port order; default: the node before it. */
  from?: string[]
}

/** A document from parts by name; a part reads the one before it unless it says otherwise. Node ids are the names. */
export function documentOf(parts: Readonly<Record<string, Part>>): GraphDocument {
  const nodes: Record<string, GraphNode> = {}
  const edges: Record<string, GraphEdge> = {}
  let before: string | undefined
  for (const [name, part] of Object.entries(parts)) {
    nodes[name] = {
      id: name,
      type: part.type,
      name,
      params: part.params ?? {},
      position: { x: 0, y: 0 },
      ...(part.frozen ? { frozen: true } : {}),
      ...(part.weightsFrom ? { weightsFrom: part.weightsFrom } : {}),
    }
    const sources = part.from ?? (before === undefined || part.type === 'input' ? [] : [before])
    for (const [order, source] of sources.entries()) {
      const id = `${source}-${name}-${order}`
      const ports = findLayer(part.type)?.inputs ?? []
      const port = (ports[0]?.variadic ? ports[0] : ports[order])?.name ?? 'input'
      edges[id] = { id, from: { node: source, port: 'output' }, to: { node: name, port }, order }
    }
    before = name
  }
  return { format: 2, nodes, edges }
}

/** `features` numeric columns and one target: classes when a number of them is given. */
export function signatureOf(features: number, classes?: number): DatasetSignature {
  const names = Array.from({ length: classes ?? 0 }, (_, index) => `class ${index}`)
  return {
    rowCount: 100,
    features: Array.from({ length: features }, (_, index) => ({ name: `x${index}`, width: 1 })),
    targets: [classes ? { column: 'y', kind: 'classes', classes: names } : { column: 'y', kind: 'numeric' }],
  }
}

export interface RequestOptions {
  document: GraphDocument
  dataset: DatasetSignature
  loss: string
  metrics?: readonly string[]
  optimizer?: string
  optimizerParams?: GraphNode['params']
  batchSize?: number
  evaluationBatchSize?: number
  memoryBudget?: number
}

/** A compile request with one objective for every Output. */
export function requestOf(options: RequestOptions): CompileRequest {
  const loss = findLoss(options.loss)
  const optimizer = optimizers.find((candidate) => candidate.type === (options.optimizer ?? 'sgd'))
  if (!loss || !optimizer) throw new Error(`no loss ${options.loss} or optimizer ${options.optimizer}`)
  const chosen = (options.metrics ?? []).map((type) => {
    const metric = metrics.find((candidate: MetricDeclaration) => candidate.type === type)
    if (!metric) throw new Error(`no metric ${type}`)
    return metric
  })
  const outputs = Object.values(options.document.nodes).filter((node) => node.type === 'output')
  return {
    document: options.document,
    dataset: options.dataset,
    objectives: outputs.map((node) => ({
      output: node.id,
      loss,
      weight: (node.params.weight as number | undefined) ?? 1,
      metrics: chosen,
    })),
    optimizer: { declaration: optimizer, params: effectiveParams(optimizer.params, options.optimizerParams ?? {}) },
    batchSize: options.batchSize ?? 8,
    evaluationBatchSize: options.evaluationBatchSize,
    memoryBudget: options.memoryBudget,
  }
}

export function compileOf(options: RequestOptions): CompiledModel {
  return compileModel(requestOf(options))
}
