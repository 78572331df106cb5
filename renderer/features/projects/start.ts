import type { TemplateInfo } from '../../../engine/rpc/contract/projects.ts'
import { templateGroups } from '../../../engine/templates/template.ts'
import { formatTime } from '../../services/format.ts'

/** The last part of a path of any system. */
export function fileNameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

/** The folder of a path, empty when it has none. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.length - fileNameOf(path).length - 1))
}

/** A project's path as it will be created: with its extension, without blanks around it. */
export function withExtension(path: string): string {
  const trimmed = path.trim()
  return trimmed === '' || trimmed.toLowerCase().endsWith('.lamina') ? trimmed : `${trimmed}.lamina`
}

/** The suggested project path with the name of a table: `/home/me/my-data.lamina` and `/data/churn.csv` give `/home/me/churn.lamina`. */
export function besideName(suggested: string, table: string): string {
  const name = fileNameOf(table.trim()).replace(/\.[^.]*$/, '')
  const file = fileNameOf(suggested)
  return name === '' ? suggested : `${suggested.slice(0, suggested.length - file.length)}${name}.lamina`
}

const DAY = 24 * 60 * 60 * 1000

/** When something was opened, as people say it: `today 14:05`, `yesterday 9:30`, else the date. */
export function whenText(iso: string, now: Date): string {
  const then = new Date(iso)
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  const clock = formatTime(iso).slice(11)
  if (then.getTime() >= midnight) return `today ${clock}`
  if (then.getTime() >= midnight - DAY) return `yesterday ${clock}`
  return formatTime(iso).slice(0, 10)
}

/** Templates by what they are about, those whose words hold every word of the query; groups without any are left out. */
export function groupTemplates(templates: readonly TemplateInfo[], query = '') {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return templateGroups
    .map(({ id, label }) => ({
      id,
      label,
      templates: templates.filter(({ group, id: name, title, summary, lesson, task }) => {
        const text = `${label} ${name} ${title} ${summary} ${lesson} ${task}`.toLowerCase()
        return group === id && words.every((word) => text.includes(word))
      }),
    }))
    .filter((group) => group.templates.length > 0)
}
