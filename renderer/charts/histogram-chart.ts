import type { EChartsCoreOption } from 'echarts/core'
import { formatNumber, formatPercent } from '../services/format.ts'
import type { ChartTheme } from './chart-theme.ts'
import { escapeHtml } from './escape-html.ts'

export interface HistogramInput {
  /** Borders of the bins, one more than there are bins. */
  edges: readonly number[]
  /** Groups that are compared, each with its counts by bin. */
  groups: readonly { name: string; counts: readonly number[] }[]
  xLabel: string
  /** A value that is marked by a line. */
  mark?: { label: string; value: number } | null
}

/** Share of each group's rows in each bin: groups of different size can be compared. */
export function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => (total === 0 ? 0 : count / total))
}

/** Options of a chart of overlaid histograms, as stepped areas. */
export function histogramChartOption(input: HistogramInput, theme: ChartTheme): EChartsCoreOption {
  const axis = {
    nameLocation: 'middle' as const,
    nameTextStyle: { color: theme.muted, fontSize: 11 },
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: theme.line, opacity: 0.6 } },
  }
  const label = (format: (value: number) => string) => ({ color: theme.muted, fontSize: 11, formatter: format })
  const line = input.mark && {
    silent: true,
    symbol: 'none',
    // Where it is left out, the mark is moved to two decimals.
    precision: 15,
    lineStyle: { color: theme.text, type: 'dashed', width: 1 },
    label: { formatter: input.mark.label, color: theme.muted, fontSize: 11 },
    data: [{ xAxis: input.mark.value }],
  }
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    grid: { left: 64, right: 24, top: 40, bottom: 44 },
    legend: { top: 0, textStyle: { color: theme.muted, fontSize: 11 }, itemWidth: 12, itemHeight: 8 },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.text, fontSize: 12 },
      formatter: (items: { seriesName: string; value: [number, number] }[]) =>
        [
          `${escapeHtml(input.xLabel)} from ${formatNumber(items[0]?.value[0] ?? 0)}`,
          ...items.map((item) => `${escapeHtml(item.seriesName)}: ${formatPercent(item.value[1])} of its rows`),
        ].join('<br>'),
    },
    xAxis: { ...axis, type: 'value', min: input.edges[0], max: input.edges.at(-1), name: input.xLabel, nameGap: 26, axisLabel: label(formatNumber) }, // biome-ignore format: one axis a line
    yAxis: { ...axis, type: 'value', name: 'share of rows', nameGap: 46, axisLabel: label(formatPercent) },
    series: input.groups.map((group, index) => {
      const shares = sharesOf(group.counts)
      // A step ends where the next bin begins, so the last share stands twice.
      const data = input.edges.map((edge, at) => [edge, shares[Math.min(at, shares.length - 1)] ?? 0])
      const color = theme.series[index % theme.series.length]
      return {
        type: 'line',
        name: group.name,
        step: 'end',
        symbol: 'none',
        data,
        lineStyle: { color, width: 1.5 },
        itemStyle: { color },
        areaStyle: { color, opacity: 0.15 },
        ...(index === 0 && line ? { markLine: line } : {}),
      }
    }),
  }
}

/** Counts by bin as CSV, one column a group. */
export function histogramToCsv(input: HistogramInput): string {
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const head = ['from', 'to', ...input.groups.map(({ name }) => quote(name))].join(',')
  const rows = input.edges
    .slice(0, -1)
    .map((edge, bin) => [edge, input.edges[bin + 1], ...input.groups.map(({ counts }) => counts[bin] ?? 0)].join(','))
  return `${[head, ...rows].join('\n')}\n`
}
