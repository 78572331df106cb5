import type { HandlersOf } from '../contract/define.ts'
import type { tuning } from '../contract/evaluation.ts'
import type { EngineContext } from '../services/context.ts'
import { applyTrial, estimateSweep, startSweep, toRecord } from '../services/sweeps.ts'

export const tuningHandlers: HandlersOf<{ tuning: typeof tuning }, EngineContext>['tuning'] = {
  estimate: ({ project, ...params }, context) => estimateSweep(context, context.projects.get(project), params),

  start: ({ project, ...params }, context) => startSweep(context, context.projects.get(project), params),

  list({ project }, context) {
    const open = context.projects.get(project)
    return open.store.sweeps.list().map((sweep) => toRecord(open, sweep))
  },

  get({ project, sweep }, context) {
    const open = context.projects.get(project)
    return toRecord(open, open.store.sweeps.get(sweep))
  },

  apply({ project, sweep, trial }, context) {
    const open = context.projects.get(project)
    const revision = applyTrial(open, sweep, trial)
    context.projects.changed(open, 'models', 'datasets')
    return { revision }
  },
}
