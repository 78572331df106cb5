import * as v from 'valibot'
import type { TemplateGroup, TemplateTask } from '../../templates/template.ts'
import { idSchema, inProject, nothing, pathSchema } from './common.ts'
import { method } from './define.ts'

export interface TemplateInfo {
  id: string
  title: string
  summary: string
  /** What it teaches. */
  lesson: string
  group: TemplateGroup
  task: TemplateTask
  rows: number
  columns: number
  /** Names of its models, in the order in which they are trained. */
  models: string[]
}

export interface RecentProject {
  path: string
  name: string
  openedAt: string
  exists: boolean
}

export interface ProjectInfo {
  /** Session id of the open project (`prj_...`), new with each opening. */
  id: string
  path: string
  name: string
  notes: string
  sizeBytes: number
  models: { id: string; name: string }[]
  datasets: { id: string; name: string; rowCount: number }[]
  runCount: number
}

export const projects = {
  templates: method<TemplateInfo[]>()(nothing),
  recent: method<RecentProject[]>()(nothing),
  forgetRecent: method<null>()(v.object({ path: pathSchema })),
  /** Where new projects go when the user names none; and a free file name there. */
  suggestPath: method<{ path: string }>()(v.object({ name: v.string() })),
  /** Creates the file (refuses to overwrite: `store.file-exists`) and opens it. Template null = empty project. */
  create: method<ProjectInfo>()(
    v.object({ path: pathSchema, template: v.nullable(v.string()), dataPath: v.optional(pathSchema) }),
  ),
  /** Opening a project that is open already returns the same id. */
  open: method<ProjectInfo>()(v.object({ path: pathSchema })),
  info: method<ProjectInfo>()(v.object(inProject)),
  update: method<ProjectInfo>()(
    v.object({ ...inProject, name: v.optional(v.string()), notes: v.optional(v.string()) }),
  ),
  /** Stops its jobs after a checkpoint, then closes the file. */
  close: method<null>()(v.object({ project: idSchema })),
}
