import { createInterface } from 'node:readline'
import { loadAddon } from '../addon.ts'
import { LaminaError } from '../base/errors.ts'
import type { MachinePeak } from '../native/program.ts'
import { profileSteps } from '../training/profile.ts'
import { meanStep } from '../training/step-runner.ts'
import { openSubject, type SubjectName } from './subject.ts'

/*
 * Lamina as a contestant: a process of its own, so that memory and start-up are its own and peers are driven alike (contestant.ts).
 *
 *     node worker.ts '{"workload":"W2"}' 1        or        node worker.ts peak 1
 */

type Request = { seconds: number } | { profile: number; peak?: MachinePeak }

const WARM_UP_SECONDS = 0.3

function tell(event: string, fields: object): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)
}

async function contest(name: SubjectName, threads: number): Promise<void> {
  const native = loadAddon()
  const { runner, flopsPerStep } = openSubject(name, threads)
  await runner.run(1)
  tell('first-step', {})
  await meanStep(runner, WARM_UP_SECONDS)
  const { simd } = native.info()
  tell('warm', { peakMemoryBytes: process.resourceUsage().maxRSS * 1024, variant: simd })
  const { batchSize } = runner
  tell('ready', {
    variant: simd,
    threads: runner.threads,
    batchSize,
    flopsPerStep,
    versions: { node: process.versions.node },
  })
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request
    if ('profile' in request)
      tell('profiled', { profile: await profileSteps(native, runner, { seconds: request.profile, peak: request.peak }) }) // biome-ignore format: a pair of lines of a kind
    else tell('measured', await meanStep(runner, request.seconds))
  }
  runner.dispose()
}

const [what = '', threads = '1'] = process.argv.slice(2)
try {
  if (what === 'peak') tell('peak', await loadAddon().measurePeak(Number(threads)))
  else await contest(JSON.parse(what) as SubjectName, Number(threads))
} catch (thrown) {
  tell('error', { error: LaminaError.from(thrown).details })
  process.exitCode = 1
}
