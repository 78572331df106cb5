import { describe, expect, it } from 'vitest'
import { chartToSvg } from '../../../../renderer/charts/chart-export.ts'
import { histogramChartOption, histogramToCsv } from '../../../../renderer/charts/histogram-chart.ts'

const theme = { text: '#000', muted: '#555', line: '#ddd', surface: '#fff', accent: '#00f', series: ['#111', '#222'], font: 'sans-serif' } // biome-ignore format: one theme
const histogram = {
  edges: [0, 0.02, 0.04, 0.06],
  groups: [{ name: 'validation', counts: [6, 3, 1] }],
  xLabel: 'error',
}

describe('a histogram', () => {
  it('marks a value where it is, however small', () => {
    const mark = { label: 'threshold', value: 0.0333 }
    const svg = chartToSvg(histogramChartOption({ ...histogram, mark }, theme), 960, 540, theme.surface)
    const dashed = [...svg.matchAll(/<path d="M([\d.]+) [^"]*"[^>]*stroke-dasharray/g)].map(([, x]) => Number(x))
    const plot = { left: 64, width: 960 - 64 - 24 }
    expect(dashed).toHaveLength(1)
    // Two decimals would move it by 48.
    expect(Math.abs(dashed[0]! - (plot.left + (plot.width * mark.value) / 0.06))).toBeLessThan(6)
  })

  it('is copied as counts by bin', () => {
    expect(histogramToCsv(histogram).split('\n')[1]).toBe('0,0.02,6')
  })
})
