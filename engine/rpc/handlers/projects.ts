import type { HandlersOf } from '../contract/define.ts'
import type { projects } from '../contract/projects.ts'
import type { EngineContext } from '../services/context.ts'
import { projectInfo } from '../services/projects.ts'

/** Forty documents: loaded by whoever makes a project, not by whoever opens one. */
const loadTemplates = () => import('../services/templates.ts')

export const projectHandlers: HandlersOf<{ projects: typeof projects }, EngineContext>['projects'] = {
  templates: async () => (await loadTemplates()).templateInfos(),

  recent: (_params, { settings }) => settings.recent(),

  forgetRecent({ path }, { settings }) {
    settings.forget(path)
    return null
  },

  suggestPath: ({ name }, { paths, projects: open }) => ({ path: open.suggestPath(paths.documents, name) }),

  async create({ path, template, dataPath }, context) {
    const { fillFromTemplate } = await loadTemplates()
    const project = context.projects.create(path, (store) => fillFromTemplate(context, store, template, dataPath))
    return projectInfo(project)
  },

  open: ({ path }, context) => projectInfo(context.projects.open(path)),

  info: ({ project }, context) => projectInfo(context.projects.get(project)),

  update({ project, name, notes }, context) {
    const open = context.projects.get(project)
    open.store.transaction(() => {
      if (name !== undefined) open.store.name = name
      if (notes !== undefined) open.store.notes = notes
    })
    if (name !== undefined) context.settings.remember(open.store.path, name)
    context.projects.changed(open, 'info')
    return projectInfo(open)
  },

  async close({ project }, context) {
    await context.projects.close(project)
    return null
  },
}
