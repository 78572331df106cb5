import { LaminaError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { AlreadyShown } from '../errors.ts'
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
  if (findings.length > 0) output.line()
  const checked = `${counted(project.datasets.length, 'data set')} and ${counted(chosen.length, 'model')} checked`
  output.line(`${checked}: ${counted(errors.length, 'error')}, ${counted(findings.length - errors.length, 'remark')}`)
  const first = errors[0]
  if (first) {
    const { severity, node, column, ...details } = first
    throw new AlreadyShown(new LaminaError(details))
  }
  output.done({ findings: findings.length, errors: 0 })
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function whereOf(dataset: string, problem: Finding): string {
  return problem.column ? `${dataset}, column ${problem.column}` : (problem.where ?? dataset)
}
