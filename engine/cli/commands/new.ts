import { resolve } from 'node:path'
import { usageError } from '../errors.ts'
import type { CommandContext } from '../session.ts'

/** `lamina new <template> <project> [--data file]`; template `empty` = a project with nothing in it. */
export async function run(
  { output, connect }: CommandContext,
  [template = '', path]: readonly string[],
  options: { data?: string },
): Promise<void> {
  const { client } = await connect()
  const known = (await client.call.projects.templates({})).map((item) => item.id)
  if (template !== 'empty' && !known.includes(template))
    throw usageError({
      message: `There is no template "${template}".`,
      where: 'lamina new',
      expected: `${known.join(', ')} or empty`,
      received: template,
      fix: '`lamina templates` lists them.',
    })
  const project = await client.call.projects.create({
    path: resolve(path!),
    template: template === 'empty' ? null : template,
    ...(options.data ? { dataPath: resolve(options.data) } : {}),
  })
  const data = project.datasets.map((item) => `${item.name}, ${item.rowCount} rows`).join('; ')
  output.line(`Created ${project.path}${data ? ` (${data})` : ''}`)
  const { models } = project
  for (const [index, { name }] of models.entries())
    output.line(`${index === 0 ? 'Next' : 'Then'}: lamina train ${path}${models.length > 1 ? ` --model ${name}` : ''}`)
  output.done({ project: project.path, models: project.models, datasets: project.datasets })
}
