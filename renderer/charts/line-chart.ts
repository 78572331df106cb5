import type { EChartsCoreOption } from 'echarts/core'
import { formatNumber } from '../services/format.ts'
import type { ChartTheme } from './chart-theme.ts'
import { downsample, type Point } from './downsample.ts'
import { escapeHtml } from './escape-html.ts'

/** Which rows a curve was measured on; decides its stroke in every chart. */
export type Part = 'train' | 'validation' | 'test'

export interface Series {
  name: string
  part: Part
  /** Curves of one group (a run, a metric) share a colour. */
  group: string
  points: readonly Point[]
}

export interface LineChartInput {
  series: readonly Series[]
  xLabel: string
  /** Left out where the title of the chart says what it shows. */
  yLabel?: string
  logarithmic: boolean
  /** x of the best epoch, marked by a vertical line. */
  best?: number | null
}

const strokes: Record<Part, 'solid' | 'dashed' | 'dotted'> = { train: 'solid', validation: 'dashed', test: 'dotted' }
const POINT_LIMIT = 700
/** Strokes of the legend: a line of 24, cut as the curve's is. */
const legendIcons: Record<Part, string> = {
  train: 'path://M0,0 L24,0 L24,2 L0,2 Z',
  validation: 'path://M0,0 L6,0 L6,2 L0,2 Z M9,0 L15,0 L15,2 L9,2 Z M18,0 L24,0 L24,2 L18,2 Z',
  test: 'path://M0,0 L2,0 L2,2 L0,2 Z M5.5,0 L7.5,0 L7.5,2 L5.5,2 Z M11,0 L13,0 L13,2 L11,2 Z M16.5,0 L18.5,0 L18.5,2 L16.5,2 Z M22,0 L24,0 L24,2 L22,2 Z',
}

/** Options of a line chart: train solid, validation dashed, test dotted; values at 0 or below are left out of a logarithmic axis. */
export function lineChartOption(input: LineChartInput, theme: ChartTheme): EChartsCoreOption {
  const groups = [...new Set(input.series.map((series) => series.group))]
  const colorOf = (series: Series) => theme.series[groups.indexOf(series.group) % theme.series.length] ?? theme.text
  const axis = {
    nameTextStyle: { color: theme.muted, fontSize: 11 },
    axisLine: { show: true, lineStyle: { color: theme.line } },
    axisTick: { show: false },
    axisLabel: {
      color: theme.muted,
      fontSize: 11,
      hideOverlap: true,
      formatter: (value: number) => formatNumber(value),
    },
    splitLine: { lineStyle: { color: theme.line, opacity: 0.6 } },
  }
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    grid: { left: 56, right: 20, top: input.yLabel ? 44 : 34, bottom: 40 },
    legend: {
      top: 2,
      right: 8,
      data: input.series.map((series) => ({ name: series.name, icon: legendIcons[series.part] })),
      itemWidth: 20,
      itemHeight: 2,
      textStyle: { color: theme.muted, fontSize: 11 },
      type: 'scroll',
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.text, fontSize: 12 },
      formatter: (hovered: unknown) => {
        const x = (hovered as { axisValue?: number }[])[0]?.axisValue
        return x === undefined ? '' : tooltipMarkup(input, x, colorOf)
      },
    },
    dataZoom: [{ type: 'inside', filterMode: 'filter', zoomOnMouseWheel: 'shift' }],
    xAxis: {
      ...axis,
      type: 'value',
      name: input.xLabel,
      nameLocation: 'middle',
      nameGap: 24,
      min: 'dataMin',
      max: 'dataMax',
      minInterval: 1,
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      type: input.logarithmic ? 'log' : 'value',
      name: input.yLabel,
      nameLocation: 'end',
      nameTextStyle: { ...axis.nameTextStyle, align: 'left', padding: [0, 0, 0, -44] },
      scale: true,
      ...(input.logarithmic ? { min: 'dataMin', max: 'dataMax' } : {}),
    },
    series: input.series.map((series, index) => {
      const points = input.logarithmic ? series.points.filter(([, y]) => y > 0) : series.points
      return {
        name: series.name,
        type: 'line',
        data: downsample(points, POINT_LIMIT),
        symbol: points.length === 1 ? 'circle' : 'none',
        symbolSize: 5,
        lineStyle: { width: 1.5, type: strokes[series.part] },
        color: colorOf(series),
        emphasis: { disabled: true },
        markLine:
          index === 0 && input.best
            ? {
                silent: true,
                symbol: 'none',
                lineStyle: { color: theme.muted, type: 'solid', width: 1 },
                label: {
                  formatter: `best ${input.best}`,
                  color: theme.muted,
                  fontSize: 11,
                  position: 'end',
                  align: nearStart(input, input.best) ? 'left' : 'right',
                  distance: 2,
                },
                data: [{ xAxis: input.best }],
              }
            : undefined,
      }
    }),
  }
}

/** Every series' value at an x: drawn curves are thinned out, so the values come from the whole ones. */
export function valuesAt(series: readonly Series[], x: number): { series: Series; value: number }[] {
  return series.flatMap((each) => {
    let low = 0
    let high = each.points.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((each.points[middle] as Point)[0] < x) low = middle + 1
      else high = middle
    }
    const point = each.points[low]
    return point && point[0] === x ? [{ series: each, value: point[1] }] : []
  })
}

function tooltipMarkup(input: LineChartInput, x: number, colorOf: (series: Series) => string): string {
  const rows = valuesAt(input.series, x).map(
    ({ series, value }) =>
      `<tr><td><span style="display:inline-block;width:14px;border-top:2px ${strokes[series.part]} ${colorOf(series)};vertical-align:middle"></span></td>` +
      `<td style="padding:0 12px 0 6px">${escapeHtml(series.name)}</td><td style="text-align:right">${formatNumber(value)}</td></tr>`,
  )
  return `${escapeHtml(input.xLabel)} ${formatNumber(x)}<table>${rows.join('')}</table>`
}

/** True in the left half of what is drawn: a label then has its room on the right. */
function nearStart(input: LineChartInput, best: number): boolean {
  const end = Math.max(...input.series.map((series) => series.points.at(-1)?.[0] ?? 0))
  return best * 2 < end
}

/** The curves as CSV: one row an x value, one column a series. */
export function seriesToCsv(series: readonly Series[], xLabel: string): string {
  const xs = [...new Set(series.flatMap((each) => each.points.map(([x]) => x)))].sort((a, b) => a - b)
  const maps = series.map((each) => new Map(each.points.map(([x, y]) => [x, y])))
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const lines = [[xLabel, ...series.map((each) => each.name)].map(quote).join(',')]
  for (const x of xs) lines.push([x, ...maps.map((map) => map.get(x) ?? '')].join(','))
  return `${lines.join('\n')}\n`
}
