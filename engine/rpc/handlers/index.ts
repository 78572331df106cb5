import type { HandlersOf } from '../contract/define.ts'
import type { Contract } from '../contract/index.ts'
import type { EngineContext } from '../services/context.ts'
import { appHandlers, jobHandlers } from './app.ts'
import { datasetHandlers } from './datasets.ts'
import { evaluationHandlers } from './evaluation.ts'
import { exportingHandlers } from './exporting.ts'
import { modelHandlers } from './models.ts'
import { projectHandlers } from './projects.ts'
import { runHandlers, trainingHandlers } from './training.ts'
import { tuningHandlers } from './tuning.ts'

/** Every method of the contract; one that is missing does not compile. */
export const handlers: HandlersOf<Contract, EngineContext> = {
  app: appHandlers,
  jobs: jobHandlers,
  projects: projectHandlers,
  models: modelHandlers,
  datasets: datasetHandlers,
  training: trainingHandlers,
  runs: runHandlers,
  evaluation: evaluationHandlers,
  tuning: tuningHandlers,
  exporting: exportingHandlers,
}
