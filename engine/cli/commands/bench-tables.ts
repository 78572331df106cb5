import { ABOVE_PEAK, groupProfile, isAbovePeak, type StepProfile } from '../../compile/step-profile.ts'
import type { MachinePeak } from '../../native/program.ts'
import type { Output } from '../output.ts'
import { formatBytes, formatNumber } from '../table.ts'
import type { Measured } from './bench.ts'

const percent = (share: number) => `${formatNumber(share * 100)} %`

/** What the machine can do: the ceiling that the rest is measured by. */
export function showPeaks(output: Output, peaks: readonly MachinePeak[]): void {
  const sets = peaks[0]?.bandwidths ?? []
  const names = ['L1', 'L2', 'L3', 'memory']
  output.table(
    ['threads', 'FMA GFLOP/s', ...sets.map((_, index) => `${names[index]} GB/s`)],
    peaks.map(({ threads, gflops, bandwidths }) => [
      threads,
      gflops,
      ...bandwidths.map(({ gigabytesPerSecond }) => gigabytesPerSecond),
    ]),
  )
  output.line()
}

export function showMeasured(output: Output, result: Measured): void {
  const {
    subject,
    threads,
    msPerStep,
    samplesPerSecond,
    gflops,
    shareOfPeak,
    peakGflops,
    peakMemoryBytes,
    firstStepMs,
  } = result
  output.table(
    ['', 'threads', 'ms a step', 'samples/s', 'GFLOP/s', 'of peak', 'memory', 'first step'],
    [
      [
        subject,
        threads,
        msPerStep,
        Math.round(samplesPerSecond),
        gflops,
        `${percent(shareOfPeak)} of ${formatNumber(peakGflops)}`,
        formatBytes(peakMemoryBytes),
        `${Math.round(firstStepMs)} ms`,
      ],
    ],
  )
  if (result.peers.length > 0)
    output.table(
      ['peer', 'ms a step', 'times ours', 'variant', 'memory', 'first step'],
      result.peers.map((peer) => [
        peer.label,
        peer.msPerStep,
        peer.ratio,
        peer.variant,
        formatBytes(peer.peakMemoryBytes),
        `${Math.round(peer.firstStepMs)} ms`,
      ]),
    )
  for (const { label, reason } of result.failed) output.note(`${label} could not be measured: ${reason}`)
  output.line()
}

/** A step by layer and by op, the slowest first. */
export function showProfile(output: Output, subject: string, profile: StepProfile): void {
  const { threads, msPerStep, samplesPerSecond, gflops, shareOfPeak } = profile
  output.line(
    `${subject}, ${threads} thread(s): ${formatNumber(msPerStep)} ms a step, ${Math.round(samplesPerSecond)} samples/s, ${formatNumber(gflops)} GFLOP/s, ${percent(shareOfPeak)} of the peak`,
  )
  const tables = [
    { title: 'layer', groups: groupProfile(profile, ({ layer }) => layer || '(no layer)') },
    { title: 'op', groups: groupProfile(profile, ({ op, layer }) => (layer ? `${op}  ${layer}` : op)) },
  ]
  for (const { title, groups } of tables) {
    output.table(
      [title, 'calls', 'µs a step', 'share', 'GFLOP/s', 'of peak', 'moved', 'GB/s'],
      [...groups]
        .sort((a, b) => b.msPerStep - a.msPerStep)
        .map((group) => [
          group.name,
          group.calls,
          group.msPerStep * 1000,
          percent(group.share),
          group.flops > 0 ? group.gflops : null,
          group.flops > 0 ? percent(group.shareOfPeak) : '-',
          group.bytes > 0 ? formatBytes(group.bytes) : '-',
          group.bytes > 0 ? group.gigabytesPerSecond : null,
        ]),
    )
    if (isAbovePeak(groups)) output.line(ABOVE_PEAK)
    output.line()
  }
}
