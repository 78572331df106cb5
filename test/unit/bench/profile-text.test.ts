import { describe, expect, it } from 'vitest'
import { showProfile } from '../../../engine/cli/commands/bench-tables.ts'
import { Output } from '../../../engine/cli/output.ts'
import type { OpProfile, StepProfile } from '../../../engine/compile/step-profile.ts'

/** What `lamina bench --profile` prints of a step with one convolution at so many GFLOP/s, where the machine does 100. */
function printed(gflops: number): string {
  const figures = { msPerStep: 1, share: 1, flops: gflops * 1e6, gflops, shareOfPeak: gflops / 100, bytes: 2 ** 20, gigabytesPerSecond: 1 } // biome-ignore format: one op
  const op: OpProfile = { ...figures, op: 'conv2d', node: 'n1', layer: 'conv_1', calls: 1 }
  const peak = { threads: 1, gflops: 100, bandwidths: [] }
  const profile: StepProfile = { ...figures, threads: 1, simd: 'plain', batchSize: 64, steps: 10, samplesPerSecond: 1, peak, ops: [op] } // biome-ignore format: one step
  let text = ''
  const out = { write: (more: string) => (text += more) }
  showProfile(new Output(false, { out, err: out }), 'W3', profile)
  return text
}

describe('the profile of a step as text', () => {
  it('shows share of the peak and bytes moved of each layer and op', () => {
    const text = printed(80)
    expect(text).toMatch(/layer +calls +µs a step +share +GFLOP\/s +of peak +moved +GB\/s/)
    expect(text).toMatch(/conv2d {2}conv_1 .* 80 % +1(?:\.0+)? MiB/)
    expect(text).not.toContain('Winograd')
  })

  it('says how more than the peak is possible where an op is above it', () => {
    expect(printed(160)).toMatch(/160 %[\s\S]*Above 100 % of the peak: .*Winograd/)
  })
})
