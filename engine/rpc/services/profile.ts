import { LaminaError } from '../../base/errors.ts'
import type { StepProfile } from '../../compile/step-profile.ts'
import { splitTable } from '../../data/split.ts'
import { prepareData, wantedRows } from '../../training/prepare.ts'
import { prepareModel } from '../../training/prepare-model.ts'
import { profileSteps } from '../../training/profile.ts'
import { stepRunnerOf } from '../../training/step-runner.ts'
import type { EngineContext } from './context.ts'
import { loadModelWithData } from './model-loader.ts'
import type { OpenProject } from './projects.ts'
import { threadsOf } from './training.ts'

const PROGRESS_STEPS = 100

/** Profiles a model as saved, as a job. What is wrong with the model is thrown before there is a job. */
export async function profileModel(
  context: EngineContext,
  project: OpenProject,
  model: string,
  seconds: number,
): Promise<StepProfile> {
  const { document, plan, description, table, name } = loadModelWithData(project, model)
  const split = splitTable(table, description)
  const { signature, split: usable } = prepareData(table, description, split, undefined, wantedRows(document, plan))
  prepareModel({ document, plan, signature, trainRows: usable.train.length })
  const native = context.native()
  let profile: StepProfile | undefined
  const request = {
    project: project.id,
    kind: 'profile',
    title: `Profile of ${name}`,
    unit: 'percent',
    total: PROGRESS_STEPS,
    subject: null,
  } as const
  const job = context.jobs.start(request, async ({ control, report }) => {
    const threads = threadsOf(context, plan.threads)
    const runner = stepRunnerOf(native, { document, plan, description, table, split, threads })
    try {
      profile = await profileSteps(native, runner, {
        seconds,
        control,
        onProgress: (done) => report(Math.round(done * PROGRESS_STEPS)),
      })
      return 'completed'
    } catch (thrown) {
      if (LaminaError.from(thrown).code === 'profile.stopped') return 'stopped'
      throw thrown
    } finally {
      runner.dispose()
    }
  })
  const { error } = await context.jobs.wait(job.id)
  if (profile) return profile
  throw new LaminaError(
    error ?? { code: 'profile.stopped', message: `The profile of ${name} was stopped.`, where: name },
  )
}
