import type { CommandContext } from '../session.ts'

/** `lamina templates` */
export async function run({ output, connect }: CommandContext): Promise<void> {
  const { client } = await connect()
  const templates = await client.call.projects.templates({})
  output.table(
    ['template', 'task', 'rows', 'columns', 'what it is'],
    templates.map((item) => [item.id, item.task, item.rows, item.columns, item.summary]),
  )
  for (const template of templates) output.event('template', template)
  output.done({ templates: templates.map((item) => item.id) })
}
