import type { EChartsCoreOption } from 'echarts/core'
import { formatNumber } from '../services/format.ts'
import type { ChartTheme } from './chart-theme.ts'
import { escapeHtml } from './escape-html.ts'

export interface ScatterInput {
  points: readonly (readonly [x: number, y: number])[]
  xLabel: string
  yLabel: string
  /** Draws y = x, the line of a perfect prediction. */
  diagonal?: boolean
  logarithmicX?: boolean
  /** x counts these names from 0. */
  categories?: readonly string[]
}

/** Options of a scatter chart. */
export function scatterChartOption(input: ScatterInput, theme: ChartTheme): EChartsCoreOption {
  const values = input.points.flat()
  const low = values.length ? Math.min(...values) : 0
  const high = values.length ? Math.max(...values) : 1
  const axis = {
    nameLocation: 'middle' as const,
    nameTextStyle: { color: theme.muted, fontSize: 11 },
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    axisLabel: { color: theme.muted, fontSize: 11, formatter: (value: number) => formatNumber(value) },
    splitLine: { lineStyle: { color: theme.line, opacity: 0.6 } },
    scale: true,
  }
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    grid: { left: 64, right: 16, top: 16, bottom: 44 },
    tooltip: {
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.text, fontSize: 12 },
      formatter: (item: { value?: [number, number] }) =>
        item.value
          ? `${escapeHtml(input.xLabel)}: ${escapeHtml(xText(input, item.value[0]))}<br>${escapeHtml(input.yLabel)}: ${formatNumber(item.value[1])}`
          : '',
    },
    xAxis: input.categories
      ? {
          ...axis,
          type: 'category',
          data: input.categories,
          name: input.xLabel,
          nameGap: 26,
          axisLabel: { color: theme.muted, fontSize: 11 },
        }
      : { ...axis, type: input.logarithmicX ? 'log' : 'value', name: input.xLabel, nameGap: 26 },
    yAxis: { ...axis, type: 'value', name: input.yLabel, nameGap: 46 },
    series: [
      {
        type: 'scatter',
        data: input.points,
        symbolSize: 6,
        itemStyle: { color: theme.series[0], opacity: 0.7 },
      },
      ...(input.diagonal
        ? [
            {
              type: 'line',
              data: [
                [low, low],
                [high, high],
              ],
              symbol: 'none',
              silent: true,
              tooltip: { show: false },
              lineStyle: { color: theme.muted, type: 'dashed', width: 1 },
            },
          ]
        : []),
    ],
  }
}

function xText(input: ScatterInput, x: number): string {
  return input.categories?.[x] ?? formatNumber(x)
}

/** The points as CSV, categories by name. */
export function pointsToCsv(input: ScatterInput): string {
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const x = (value: number) => (input.categories ? quote(input.categories[value] ?? '') : String(value))
  const rows = input.points.map(([a, b]) => `${x(a)},${b}`)
  return `${[`${quote(input.xLabel)},${quote(input.yLabel)}`, ...rows].join('\n')}\n`
}
