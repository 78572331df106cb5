import {
  groupProfile,
  type OpProfile,
  type ProfileGroup,
  type StepProfile,
} from '../../../engine/compile/step-profile.ts'
import { formatBytes, formatNumber, formatPercent } from '../../services/format.ts'
import type { TableColumn } from '../../ui/table.ts'

/** How the ops of a step are put together. */
export const profileGroupings = [
  { value: 'layer', label: 'By layer' },
  { value: 'op', label: 'By kind of op' },
  { value: 'instruction', label: 'Every op' },
] as const
export type ProfileGrouping = (typeof profileGroupings)[number]['value']

/** Names of ops for people: `dense_parameter_gradient` as `dense parameter gradient`. */
export function opLabel(op: string): string {
  return op.replaceAll('_', ' ')
}

const names: Readonly<Record<ProfileGrouping, (op: OpProfile) => string>> = {
  layer: ({ op, layer }) => layer || opLabel(op),
  op: ({ op }) => opLabel(op),
  instruction: ({ op, layer }) => (layer ? `${opLabel(op)}, ${layer}` : opLabel(op)),
}

/** The rows of the table, the slowest first. */
export function profileRows(profile: StepProfile, grouping: ProfileGrouping): ProfileGroup[] {
  return groupProfile(profile, names[grouping]).sort((a, b) => b.msPerStep - a.msPerStep)
}

/** A time of less than a second: `18.8 ms`, `3.22 µs`. */
export function formatShortTime(milliseconds: number): string {
  return milliseconds >= 1 ? `${formatNumber(milliseconds, 3)} ms` : `${formatNumber(milliseconds * 1000, 3)} µs`
}

/** What is counted as the work of an op, whatever algorithm does it. */
const DIRECT = 'Floating-point operations of the direct computation'

const heading: Readonly<Record<ProfileGrouping, string>> = { layer: 'Layer', op: 'Op', instruction: 'Op, layer' }

export function profileColumns(grouping: ProfileGrouping): TableColumn<ProfileGroup>[] {
  const some = (value: number, text: string) => (value > 0 ? text : '—')
  return [
    {
      id: 'name',
      label: heading[grouping],
      text: (row) => row.name,
      sort: (row) => row.name,
      width: 'minmax(160px, 2fr)',
    },
    { id: 'share', label: 'Share of the step', sort: (row) => row.share, width: 'minmax(140px, 1.5fr)' },
    {
      id: 'time',
      label: 'Time',
      help: 'A training step, all calls together',
      text: (row) => formatShortTime(row.msPerStep),
      sort: (row) => row.msPerStep,
      numeric: true,
    },
    {
      id: 'calls',
      label: 'Calls',
      help: 'In one step',
      text: (row) => formatNumber(row.calls),
      sort: (row) => row.calls,
      numeric: true,
      width: '64px',
    },
    {
      id: 'gflops',
      label: 'GFLOP/s',
      help: `${DIRECT}, over its time`,
      text: (row) => some(row.flops, formatNumber(row.gflops, 3)),
      sort: (row) => (row.flops > 0 ? row.gflops : null),
      numeric: true,
    },
    {
      id: 'peak',
      label: 'Of peak',
      help: `${DIRECT}, of what the machine does in fused multiply-adds with these threads. More than 100 % is no error: Winograd convolutions reach the result with fewer multiplications than are counted`,
      text: (row) => some(row.flops, formatPercent(row.shareOfPeak)),
      sort: (row) => (row.flops > 0 ? row.shareOfPeak : null),
      numeric: true,
    },
    {
      id: 'bytes',
      label: 'Moved',
      help: 'Bytes of the operands that are read and written in a step',
      text: (row) => some(row.bytes, formatBytes(row.bytes)),
      sort: (row) => (row.bytes > 0 ? row.bytes : null),
      numeric: true,
    },
    {
      id: 'bandwidth',
      label: 'GB/s',
      help: 'Those bytes over the time: near the bandwidth of memory or a cache, the op cannot be faster',
      text: (row) => some(row.bytes, formatNumber(row.gigabytesPerSecond, 3)),
      sort: (row) => (row.bytes > 0 ? row.gigabytesPerSecond : null),
      numeric: true,
    },
  ]
}

/** The table as tab-separated text for the clipboard. */
export function profileText(rows: readonly ProfileGroup[], columns: readonly TableColumn<ProfileGroup>[]): string {
  const cell = (row: ProfileGroup, { id, text }: TableColumn<ProfileGroup>) =>
    id === 'share' ? formatPercent(row.share) : (text?.(row) ?? '')
  const lines = rows.map((row) => columns.map((column) => cell(row, column)).join('\t'))
  return [columns.map(({ label }) => label).join('\t'), ...lines].join('\n')
}
