import { LaminaError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { type CommandContext, chooseModel } from '../session.ts'
import { type Finding, showDiagnostics } from './diagnostics.ts'

/** `lamina check <project>`: fails when there is an error among the findings. */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  options: { model?: string; set?: Record<string, Json> },
): Promise<void> {
  const { client, project } = await open(path!)
  const chosen = options.model === undefined ? project.models : [chooseModel(project, options.model)]
  const findings: Finding[] = []
  for (const dataset of project.datasets) {
    const { problems } = await client.call.datasets.get({ project: project.id, dataset: dataset.id })
    for (const problem of problems) findings.push({ ...problem, where: whereOf(dataset.name, problem) })
  }
  for (const model of chosen) {
    const { diagnostics } = await client.call.models.summary({
      project: project.id,
      model: model.id,
      ...(options.set ? { set: options.set } : {}),
    })
    for (const finding of diagnostics) findings.push({ ...finding, where: `${model.name}: ${finding.where ?? ''}` })
  }
  showDiagnostics(output, findings)
  const errors = findings.filter((finding) => finding.severity === 'error')
  output.line()
  output.line(`${project.datasets.length} data sets and ${chosen.length} models checked: ${errors.length} errors, ${findings.length - errors.length} remarks`) // biome-ignore format: one sentence
  const first = errors[0]
  if (first) {
    const { severity, node, column, ...details } = first
    throw new LaminaError(details)
  }
  output.done({ findings: findings.length, errors: 0 })
}

function whereOf(dataset: string, problem: Finding): string {
  return problem.column ? `${dataset}, column ${problem.column}` : (problem.where ?? dataset)
}
