import { LaminaError } from '../../base/errors.ts'
import type { Job } from '../../rpc/contract/common.ts'
import type { EngineClient } from '../../rpc/contract/index.ts'
import type { Output } from '../output.ts'
import { formatSeconds } from '../table.ts'

/** A second Ctrl-C this soon is the same key press, told twice by terminal and parent process. */
const SAME_PRESS_MS = 500

/**
 * Waits for a job with a progress bar. Ctrl-C stops it within a batch and keeps what was reached; a second one ends the
 * process at once. Throws the job's error when it failed.
 */
export async function followJob(
  client: EngineClient,
  output: Output,
  id: string,
  text: (job: Job) => string = (job) => `${job.done} of ${job.total} ${job.unit}`,
): Promise<Job> {
  const off = client.on('job.changed', (job) => {
    if (job.id !== id || job.state !== 'running') return
    const eta = job.etaSeconds === null ? '' : `, ${formatSeconds(job.etaSeconds)} left`
    output.progress(job.done, job.total, `${text(job)}${eta}`)
  })
  let pressedAt = 0
  const interrupt = () => {
    const now = Date.now()
    if (pressedAt && now - pressedAt < SAME_PRESS_MS) return
    if (pressedAt) process.exit(130)
    pressedAt = now
    output.note('Stopping after this batch. Press Ctrl-C again to leave at once.')
    client.call.jobs.stop({ job: id }).catch(() => {})
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  try {
    const job = await client.call.jobs.wait({ job: id })
    if (job.state === 'failed' && job.error) throw new LaminaError(job.error)
    return job
  } finally {
    off()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
  }
}
