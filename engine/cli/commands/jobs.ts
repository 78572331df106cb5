import { LaminaError } from '../../base/errors.ts'
import type { Job } from '../../rpc/contract/common.ts'
import type { EngineClient } from '../../rpc/contract/index.ts'
import { onInterrupt } from '../interrupts.ts'
import type { Output } from '../output.ts'
import { formatSeconds } from '../table.ts'

/** Waits for jobs with a progress bar. */
export interface JobFollower {
  /**
   * Resolves when the job has ended, completed or stopped. Throws its error when it failed.
   *
   * @param detail what stands beside the bar after progress and time
   */
  wait(job: string, detail?: () => string): Promise<Job>
}

/** While `work` goes on, Ctrl-C stops the job that is waited for within a batch, and what was reached is kept. */
export async function followingJobs<T>(
  client: EngineClient,
  output: Output,
  work: (follower: JobFollower) => Promise<T>,
): Promise<T> {
  let current: string | null = null
  let stopping = false
  const stop = () => {
    stopping = true
    if (current === null) return
    output.note('Stopping after this batch. Press Ctrl-C again to leave at once.')
    client.call.jobs.stop({ job: current }).catch(() => {})
  }
  const wait: JobFollower['wait'] = async (id, detail = () => '') => {
    current = id
    if (stopping) stop()
    const off = client.on('job.changed', (job) => {
      if (job.id !== id || job.state !== 'running') return
      const eta = job.etaSeconds === null ? '' : `, ${formatSeconds(job.etaSeconds)} left`
      output.progress(job.done, job.total, `${job.done} of ${job.total} ${job.unit}${eta}${detail()}`)
    })
    try {
      const job = await client.call.jobs.wait({ job: id })
      if (job.state === 'failed' && job.error) throw new LaminaError(job.error)
      return job
    } finally {
      off()
    }
  }
  const restore = onInterrupt(stop)
  try {
    return await work({ wait })
  } finally {
    restore()
  }
}
