import { LaminaError } from '../../base/errors.ts'
import type { OpenProject } from './projects.ts'

/** Removes a run that has ended, with its history and checkpoints. Throws `runs.active`. */
export function removeRun(project: OpenProject, id: string): void {
  const run = project.store.runs.get(id)
  if (['queued', 'running', 'paused'].includes(run.status))
    throw new LaminaError({
      code: 'runs.active',
      message: `${run.name} is still going on.`,
      where: run.name,
      expected: 'a run that has ended',
      received: `a run that is ${run.status}`,
      fix: 'Stop it first.',
    })
  project.store.runs.remove(run.id)
}
