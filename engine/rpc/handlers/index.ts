import type { LoadersOf } from '../contract/define.ts'
import type { Contract } from '../contract/index.ts'
import type { EngineContext } from '../services/context.ts'

/** Every method of the contract; one that is missing does not compile. */
export const handlers: LoadersOf<Contract, EngineContext> = {
  app: async () => (await import('./app.ts')).appHandlers,
  jobs: async () => (await import('./app.ts')).jobHandlers,
  projects: async () => (await import('./projects.ts')).projectHandlers,
  models: async () => (await import('./models.ts')).modelHandlers,
  datasets: async () => (await import('./datasets.ts')).datasetHandlers,
  training: async () => (await import('./training.ts')).trainingHandlers,
  runs: async () => (await import('./training.ts')).runHandlers,
  evaluation: async () => (await import('./evaluation.ts')).evaluationHandlers,
  tuning: async () => (await import('./tuning.ts')).tuningHandlers,
  exporting: async () => (await import('./exporting.ts')).exportingHandlers,
}
