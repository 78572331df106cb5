import type { HandlersOf } from '../contract/define.ts'
import type { runs, training } from '../contract/training.ts'
import type { EngineContext } from '../services/context.ts'
import { withProject } from '../services/initial-weights.ts'
import { toDetail, toSummary } from '../services/run-views.ts'
import { removeRun } from '../services/runs.ts'
import { previewStart, resumeTraining, startTraining } from '../services/training.ts'

export const trainingHandlers: HandlersOf<{ training: typeof training }, EngineContext>['training'] = {
  start: ({ project, ...request }, context) => startTraining(context, context.projects.get(project), request),
  previewStart: ({ project, model, set }, context) =>
    previewStart(context, context.projects.get(project), model, set ?? {}),
  runsOf: ({ project, path }, context) =>
    withProject(context, context.projects.get(project), path, ({ store }) =>
      store.runs
        .list()
        .filter((run) => run.kind === 'train' && store.runs.hasCheckpoint(run.id))
        .map(toSummary)
        .reverse(),
    ),
  resume: ({ project, run }, context) => resumeTraining(context, context.projects.get(project), run),
}

export const runHandlers: HandlersOf<{ runs: typeof runs }, EngineContext>['runs'] = {
  list: ({ project, sweep }, context) =>
    context.projects
      .get(project)
      .store.runs.list(sweep === undefined ? {} : { sweep })
      .map(toSummary),

  get({ project, run }, context) {
    const { store } = context.projects.get(project)
    return toDetail(store, store.runs.get(run))
  },

  annotate({ project, run, name, notes, tags }, context) {
    const open = context.projects.get(project)
    const changed = open.store.runs.annotate(run, {
      ...(name?.trim() ? { name: name.trim() } : {}),
      ...(notes === undefined ? {} : { notes }),
      ...(tags === undefined ? {} : { tags: [...new Set(tags.map((tag) => tag.trim()).filter(Boolean))] }),
    })
    const summary = toSummary(changed)
    context.events.emit('run.changed', { project, run: summary })
    return summary
  },

  remove({ project, run }, context) {
    removeRun(context.projects.get(project), run)
    context.projects.changed(context.projects.get(project), 'runs')
    return null
  },
}
