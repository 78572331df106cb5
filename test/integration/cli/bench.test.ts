import { afterAll, describe, expect, it } from 'vitest'
import { median } from '../../../engine/bench/compare.ts'
import { flopsPerStep, workloads } from '../../../engine/bench/workloads.ts'
import type { Measured } from '../../../engine/cli/commands/bench.ts'
import type { StepProfile } from '../../../engine/compile/step-profile.ts'
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
    expect(events[0]).toMatchObject({ event: 'machine', peaks: [{ threads: 1 }] })
    expect(events[1]).toMatchObject({ event: 'measured', subject: 'W1', threads: 1, peers: [] })
    expect(last).toMatchObject({ event: 'done', subject: 'W1' })
    const { msPerStep, rounds, samplesPerSecond, gflops, peakGflops, shareOfPeak, peakMemoryBytes, firstStepMs } =
      last as never as Measured
    expect(Math.min(...rounds)).toBeGreaterThan(0)
    expect(msPerStep).toBe(median(rounds))
    expect(samplesPerSecond).toBeCloseTo((16 / msPerStep) * 1000, 3)
    expect(gflops).toBeLessThan(peakGflops)
    expect(shareOfPeak).toBeCloseTo(gflops / peakGflops, 9)
    expect(peakMemoryBytes).toBeGreaterThan(20e6)
    expect(firstStepMs).toBeGreaterThan(0)
  })

  it('measures a template, and a project on several numbers of threads', async () => {
    const { last } = await work.run('bench', 'iris', '--threads', '1', '--seconds', '1', '--json')
    expect(last).toMatchObject({ event: 'done', subject: 'iris', threads: 1, batchSize: 16 })

    const path = work.path('own.lamina')
    await work.ok('new', 'digits', path)
    const { events, code } = await work.run('bench', path, '--threads', '1,2', '--seconds', '1', '--json')
    expect(code).toBe(0)
    const measured = events.filter(({ event }) => event === 'measured') as never as Measured[]
    expect(measured.map(({ threads }) => threads)).toEqual([1, 2])
    for (const { subject, gflops } of measured) {
      expect(subject).toBe(path)
      expect(gflops).toBeGreaterThan(0)
    }
  })

  it('says where the time of a step goes, by layer and by op', async () => {
    const { last, code } = await work.run('bench', 'W2', '--threads', '1', '--seconds', '1', '--profile', '--json')
    expect(code).toBe(0)
    const profile = last as never as StepProfile
    const sum = (of: (op: StepProfile['ops'][number]) => number) => profile.ops.reduce((total, op) => total + of(op), 0)
    expect(sum((op) => op.share)).toBeCloseTo(1, 6)
    expect(sum((op) => op.msPerStep)).toBeCloseTo(profile.msPerStep, 6)
    const forward = profile.ops.find(({ op, layer }) => op === 'dense' && layer === 'dense_1')!
    // The products, the bias and relu.
    expect(forward.flops).toBe(128 * (2 * 784 * 256 + 2 * 256))
    expect(forward.bytes).toBe(4 * (128 * 784 + 784 * 256 + 256 + 128 * 256))
    expect(forward.gflops).toBeCloseTo(forward.flops / forward.msPerStep / 1e6, 6)
    expect(profile.ops.at(-1)).toMatchObject({ op: 'between_ops', flops: 0 })

    const { stdout } = await work.run('bench', 'W1', '--threads', '1', '--seconds', '1', '--profile')
    expect(stdout).toMatch(/layer +calls +µs a step +share/)
    expect(stdout).toMatch(/dense_parameter_gradient {2}dense_1/)
  })

  it('names what cannot be timed', async () => {
    const { code, last } = await work.run('bench', 'W99', '--json')
    expect(code).toBe(2)
    expect(last).toMatchObject({ code: 'cli.usage', received: 'W99' })
    expect(last.expected).toContain('W1, W2')
    expect((await work.run('bench', 'W1', '--compare', 'matlab', '--json')).last).toMatchObject({ received: 'matlab' })
  })

  it('says which peers are missing and how to get them, and measures without', async () => {
    const before = process.env.LAMINA_PEER_PYTHON
    process.env.LAMINA_PEER_PYTHON = work.path('no-python')
    try {
      const { code, stdout, stderr } = await work.run('bench', 'W1', '--threads', '1', '--seconds', '1', '--compare')
      expect(code).toBe(0)
      expect(stdout).toContain('W1')
      expect(stderr).toContain('PyTorch is not here. To compare with it: pip install torch')
      expect(stderr).toContain('scikit-learn is not here.')
    } finally {
      if (before === undefined) delete process.env.LAMINA_PEER_PYTHON
      else process.env.LAMINA_PEER_PYTHON = before
    }
  })
})
