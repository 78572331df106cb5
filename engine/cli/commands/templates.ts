import { templateGroups } from '../../templates/template.ts'
import type { CommandContext } from '../session.ts'

/** `lamina templates` */
export async function run({ output, connect }: CommandContext): Promise<void> {
  const { client } = await connect()
  const templates = await client.call.projects.templates({})
  for (const [index, { id, label }] of templateGroups.entries()) {
    const group = templates.filter((item) => item.group === id)
    if (group.length === 0) continue
    if (index > 0) output.line()
    output.line(label)
    output.table(
      ['template', 'task', 'rows', 'columns', 'what it is'],
      group.map((item) => [item.id, item.task, item.rows, item.columns, item.summary]),
    )
  }
  for (const template of templates) output.event('template', template)
  output.done({ templates: templates.map((item) => item.id) })
}
