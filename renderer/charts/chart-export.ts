import { type EChartsCoreOption, init } from 'echarts/core'
import type { ChartTheme } from './chart-theme.ts'
import './echarts.ts'

/** What a chart is called on the screen above it, for a picture that leaves the screen. */
export function withTitle(option: EChartsCoreOption, text: string, { text: color }: ChartTheme): EChartsCoreOption {
  const textStyle = { color, fontSize: 12, fontWeight: 'normal' as const }
  return { ...option, title: { text, left: 12, top: 4, padding: 0, textStyle } }
}

/** A chart as SVG text in the given size (CSS pixels). */
export function chartToSvg(option: EChartsCoreOption, width: number, height: number, background: string): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ ...option, backgroundColor: background })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** Offers bytes or text as a download under `name`. */
export function download(name: string, content: string | Blob, type: string): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
