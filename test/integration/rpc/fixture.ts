import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createEngine, type Engine } from '../../../engine/engine.ts'
import { clientOver, type RpcClient } from '../../../engine/rpc/client.ts'
import type { Job } from '../../../engine/rpc/contract/common.ts'
import type { ProjectInfo } from '../../../engine/rpc/contract/projects.ts'
import { memoryPair } from '../../../engine/rpc/transports/memory.ts'

/** An engine with a folder of its own for each test, and a client of it. */
export class Fixture {
  folder = ''
  engine!: Engine
  client!: RpcClient

  /** A further client. */
  connect(): RpcClient {
    const [mine, engines] = memoryPair()
    this.engine.connect(engines)
    return clientOver(mine)
  }

  start(): void {
    const paths = { userData: this.path('user'), resources: 'resources', documents: this.folder }
    this.engine = createEngine({ paths })
    this.client = this.connect()
  }

  async restart(): Promise<void> {
    await this.engine.dispose()
    this.start()
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  create(template: string | null, name = 'a.lamina'): Promise<ProjectInfo> {
    return this.client.call.projects.create({ path: this.path(name), template })
  }

  /** Trains a project's first model to the end; the run's id. */
  async train({ id, models }: ProjectInfo, set: Record<string, number | boolean> = {}): Promise<string> {
    const { job, run } = await this.client.call.training.start({ project: id, model: models[0]!.id, set })
    await this.client.call.jobs.wait({ job })
    return run
  }

  /** Resolves with the first event of a job that has made progress. */
  progressOf(id: string): Promise<Job> {
    return new Promise((done) => {
      const off = this.client.on('job.changed', (job) => {
        if (job.id !== id || job.done === 0) return
        off()
        done(job)
      })
    })
  }
}

/** Registers set-up and clean-up around each test. */
export function useEngine(): Fixture {
  const fixture = new Fixture()
  beforeEach(() => {
    fixture.folder = mkdtempSync(join(tmpdir(), 'lamina-engine-'))
    fixture.start()
  })
  afterEach(async () => {
    await fixture.engine.dispose()
    rmSync(fixture.folder, { recursive: true, force: true })
  })
  return fixture
}
