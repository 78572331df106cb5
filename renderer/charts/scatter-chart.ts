import type { EChartsCoreOption } from 'echarts/core'
import { formatNumber } from '../services/format.ts'
import type { ChartTheme } from './chart-theme.ts'

export interface ScatterInput {
  points: readonly (readonly [x: number, y: number])[]
  xLabel: string
  yLabel: string
  /** Draws y = x, the line of a perfect prediction. */
  diagonal?: boolean
  logarithmicX?: boolean
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
          ? `${input.xLabel}: ${formatNumber(item.value[0])}<br>${input.yLabel}: ${formatNumber(item.value[1])}`
          : '',
    },
    xAxis: { ...axis, type: input.logarithmicX ? 'log' : 'value', name: input.xLabel, nameGap: 26 },
    yAxis: { ...axis, type: 'value', name: input.yLabel, nameGap: 46 },
    series: [
      {
        type: 'scatter',
        data: input.points,
        symbolSize: 6,
        itemStyle: { color: theme.series[0], opacity: 0.7 },
        markLine: input.diagonal
          ? {
              silent: true,
              symbol: 'none',
              lineStyle: { color: theme.muted, type: 'dashed', width: 1 },
              label: { show: false },
              data: [[{ coord: [low, low] }, { coord: [high, high] }]],
            }
          : undefined,
      },
    ],
  }
}
