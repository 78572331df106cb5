import type { JsonObject } from '../../base/json.ts'
import { formatShape } from '../../base/shape.ts'
import { type CommandContext, chooseModel } from '../session.ts'
import { formatBytes, formatNumber, groupDigits } from '../table.ts'
import { showDiagnostics } from './diagnostics.ts'

/** `lamina summary <project> [--model name]` */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  options: { model?: string; set?: JsonObject },
): Promise<void> {
  const { client, project } = await open(path!)
  const model = chooseModel(project, options.model)
  const { cost, diagnostics } = await client.call.models.summary({
    project: project.id,
    model: model.id,
    ...(options.set ? { set: options.set as never } : {}),
  })
  output.line(`${project.name} / ${model.name}`)
  if (cost) {
    output.table(
      ['layer', 'type', 'output shape', 'parameters', 'FLOPs a sample'],
      cost.layers.map((layer) => [
        layer.name,
        layer.type,
        layer.outputShapes.map(formatShape).join(', '),
        layer.parameters,
        layer.flops,
      ]),
    )
    output.line()
    output.line(
      `Parameters: ${groupDigits(cost.parameters)} (trainable ${groupDigits(cost.trainable)}, not trainable ${groupDigits(cost.nonTrainable)})`,
    )
    output.line(
      `FLOPs a sample: ${formatNumber(cost.flopsPerSample)} forward, ${formatNumber(cost.trainingFlopsPerSample)} a training step`,
    )
    output.line(`Memory while training: ${formatBytes(cost.peakBytes)}`)
    for (const layer of cost.layers) output.event('layer', layer)
  }
  showDiagnostics(output, diagnostics)
  output.done({ model: model.name, cost, diagnostics })
}
