import { templates as unsorted } from './generated/registry.ts'
import { type Template, templateGroups } from './template.ts'

export type { Template }

/** Every template, by group and by its own order within the group. */
export const templates: readonly Template[] = [...unsorted].sort(
  (a, b) =>
    templateGroups.findIndex(({ id }) => id === a.group) - templateGroups.findIndex(({ id }) => id === b.group) ||
    a.order - b.order ||
    (a.id < b.id ? -1 : 1),
)

/** The template of that id, or undefined. */
export function findTemplate(id: string): Template | undefined {
  return templates.find((template) => template.id === id)
}
