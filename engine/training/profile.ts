import { LaminaError } from '../base/errors.ts'
import { type StepProfile, stepProfile } from '../compile/step-profile.ts'
import type { MachinePeak, NativeAddon } from '../native/program.ts'
import { meanStep, type StepRunner } from './step-runner.ts'
import type { TrainingControl } from './trainer-control.ts'

export interface ProfileOptions {
  /** Time to measure, warm-up included. */
  seconds: number
  /** What the machine can do with these threads; measured when it is left out. */
  peak?: MachinePeak
  control?: TrainingControl
  /** Share of the work that is done, 0..1. */
  onProgress?(done: number): void
}

/** Passes of profiled steps; progress is told between them. */
const PASSES = 10

/**
 * Times training steps op by op. The time of a step is measured without the clock between ops, its parts with it.
 * Throws `profile.stopped` when the control stops it.
 */
export async function profileSteps(
  native: NativeAddon,
  runner: StepRunner,
  { seconds, peak, control, onProgress }: ProfileOptions,
): Promise<StepProfile> {
  const limits = peak ?? (await native.measurePeak(runner.threads))
  onProgress?.(0.1)
  const { native: session } = runner.session
  const registration = control?.onChange(() => {
    if (control.requested === 'stop') session.cancel()
  })
  try {
    const run = (steps: number) => runner.run(steps, () => mayContinue(control))
    const { msPerStep } = await meanStep({ run }, seconds / 3)
    onProgress?.(0.4)
    const stepsAPass = Math.max(1, Math.round(((seconds / 2) * 1000) / PASSES / msPerStep))
    session.profile(true)
    for (let pass = 0; pass < PASSES; pass += 1) {
      await run(stepsAPass)
      onProgress?.(0.4 + (0.6 * (pass + 1)) / PASSES)
    }
    await mayContinue(control)
    const entries = session.profile(false).filter(({ program }) => program === 'train')
    const { compiled } = runner
    return stepProfile({
      graph: compiled.graphs.train,
      names: new Map(compiled.report.layers.map(({ node, name }) => [node, name])),
      batchSize: runner.batchSize,
      steps: stepsAPass * PASSES,
      msPerStep,
      entries,
      peak: limits,
      simd: native.info().simd,
    })
  } finally {
    registration?.dispose()
  }
}

/** Waits while paused. */
async function mayContinue(control: TrainingControl | undefined): Promise<void> {
  await control?.whenNotPaused()
  if (control?.requested !== 'stop') return
  throw new LaminaError({
    code: 'profile.stopped',
    message: 'The profile was stopped before it was complete.',
    where: 'profile',
    expected: 'a profile that runs to its end',
    received: 'a request to stop',
    fix: 'Start it again; nothing of it was kept.',
  })
}
