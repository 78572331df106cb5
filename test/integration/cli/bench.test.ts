import { afterAll, describe, expect, it } from 'vitest'
import { flopsPerStep, workloads } from '../../../engine/bench/workloads.ts'
import { Workspace } from './lamina.ts'

const work = new Workspace()
afterAll(() => work.dispose())

describe('lamina bench', () => {
  it('counts the multiply-adds of a step: forward and both gradients, the first layer without its input’s', () => {
    const flops = Object.fromEntries(workloads.map((workload) => [workload.id, flopsPerStep(workload)]))
    expect(flops.W1).toBe(2 * 16 * (2 * 4 * 16 + 3 * 16 * 16 + 3 * 16 * 3))
    expect(flops.W2! / 1e9).toBeCloseTo(0.129, 3)
  })

  it('measures a workload and says time, throughput, memory and share of the peak', async () => {
    const { events, last, code } = await work.run('bench', 'W1', '--threads', '1', '--seconds', '1', '--json')
    expect(code).toBe(0)
    expect(events[0]).toMatchObject({ event: 'measured', workload: 'W1', threads: 1 })
    expect(last).toMatchObject({ event: 'done', workload: 'W1' })
    const { msPerStep, samplesPerSecond, gflops, peakGflops, peakMemoryBytes, firstStepMs } = last as never as Record<
      string,
      number
    >
    expect(msPerStep).toBeGreaterThan(0)
    expect(samplesPerSecond).toBeCloseTo((16 / msPerStep!) * 1000, 3)
    expect(gflops).toBeLessThan(peakGflops!)
    expect(peakMemoryBytes).toBeGreaterThan(20e6)
    expect(firstStepMs).toBeGreaterThan(0)
  })

  it('says so when there is no PyTorch to compare with', async () => {
    const before = process.env.LAMINA_PEER_PYTHON
    process.env.LAMINA_PEER_PYTHON = work.path('no-python')
    try {
      const { code, last } = await work.run('bench', 'W1', '--compare', '--json')
      expect(code).toBe(1)
      expect(last).toMatchObject({ code: 'bench.no-peer', where: work.path('no-python') })
      expect(last.fix).toContain('LAMINA_PEER_PYTHON')
    } finally {
      if (before === undefined) delete process.env.LAMINA_PEER_PYTHON
      else process.env.LAMINA_PEER_PYTHON = before
    }
  })
})
