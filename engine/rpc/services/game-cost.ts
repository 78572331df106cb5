import type { Shape } from '../../base/shape.ts'
import type { IrGraph, ValueId } from '../../compile/ir.ts'
import type { CompiledModel, CostReport, Objective } from '../../compile/types.ts'
import { findOp } from '../../ops/registry.ts'

/** How often the evaluation of a GAN runs its discriminator: on the data, and on what the generator made. */
const JUDGEMENTS = 2

/**
 * The cost of a model with the forward operations of both networks. What predicts of a GAN is its generator alone, so the layers of the
 * discriminator are counted where they run, as one pass over one sample.
 */
export function costOfBoth(
  { report, graphs }: Pick<CompiledModel, 'report' | 'graphs'>,
  objectives: readonly Pick<Objective, 'adversarial' | 'output'>[],
): CostReport {
  const objective = objectives.find(({ adversarial }) => adversarial)
  if (!objective?.adversarial) return report
  const { discriminator } = objective.adversarial
  const judging = flopsOf(graphs.evaluate)
  const layers = report.layers.map((layer) => {
    // What is counted at the Output itself are losses and scores, which are no part of a forward pass.
    const judges = discriminator.has(layer.node) && layer.node !== objective.output
    return judges ? { ...layer, flops: (judging.get(layer.node) ?? 0) / JUDGEMENTS } : layer
  })
  return { ...report, layers, flopsPerSample: layers.reduce((sum, { flops }) => sum + flops, 0) }
}

/** Forward operations of one sample by document node. */
function flopsOf(graph: IrGraph): Map<string, number> {
  const flops = new Map<string, number>()
  const shapeOf = (id: ValueId): Shape => graph.values.get(id)?.shape ?? []
  for (const { op, inputs, outputs, attributes, origin } of graph.nodes) {
    const shapes = inputs.map((input) => (input === null ? null : shapeOf(input)))
    flops.set(origin, (flops.get(origin) ?? 0) + findOp(op).flops(shapes, outputs.map(shapeOf), attributes))
  }
  return flops
}
