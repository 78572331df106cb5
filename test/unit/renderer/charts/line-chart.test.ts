import { describe, expect, it } from 'vitest'
import type { ChartTheme } from '../../../../renderer/charts/chart-theme.ts'
import { escapeHtml } from '../../../../renderer/charts/escape-html.ts'
import { lineChartOption, type Series, valuesAt } from '../../../../renderer/charts/line-chart.ts'
import { pointsToCsv, scatterChartOption } from '../../../../renderer/charts/scatter-chart.ts'
import { paceFor } from '../../../../renderer/charts/use-paced.ts'

const theme: ChartTheme = {
  text: '#000',
  muted: '#555',
  line: '#ddd',
  surface: '#fff',
  accent: '#00f',
  series: ['#111', '#222'],
  font: 'sans-serif',
}
const curve = (length: number, value: (x: number) => number) =>
  Array.from({ length }, (_, index) => [index + 1, value(index + 1)] as const)
const train: Series = { name: 'train', part: 'train', group: 'train', points: curve(10000, (x) => 1 / x) }
const validation: Series = {
  name: 'validation',
  part: 'validation',
  group: 'validation',
  points: curve(10000, (x) => 2 / x),
}

interface Drawn {
  series: { data: [number, number][]; lineStyle: { type: string }; color: string; markLine?: { data: unknown } }[]
  yAxis: { type: string }
  tooltip: { formatter: (hovered: unknown) => string }
}
const draw = (input: Partial<Parameters<typeof lineChartOption>[0]>) =>
  lineChartOption(
    { series: [train, validation], xLabel: 'epoch', yLabel: 'loss', logarithmic: false, ...input },
    theme,
  ) as unknown as Drawn

describe('a line chart', () => {
  it('draws training solid, validation dashed, test dotted', () => {
    const { series } = draw({ series: [train, validation, { ...train, part: 'test', group: 'test' }] })
    expect(series.map((each) => each.lineStyle.type)).toEqual(['solid', 'dashed', 'dotted'])
  })
  it('gives curves of one group one colour', () => {
    const { series } = draw({ series: [train, { ...validation, group: 'train' }, { ...train, group: 'other' }] })
    expect(series.map((each) => each.color)).toEqual(['#111', '#111', '#222'])
  })
  it('thins long curves out', () => {
    for (const { data } of draw({}).series) expect(data.length).toBeLessThanOrEqual(700)
  })
  it('marks the best epoch once', () => {
    const marks = draw({ best: 42 }).series.map((each) => each.markLine?.data)
    expect(marks).toEqual([[{ xAxis: 42 }], undefined])
    expect(draw({}).series[0]?.markLine).toBeUndefined()
  })
  it('leaves values at and below 0 out of a logarithmic axis', () => {
    const points = [
      [1, 1],
      [2, 0],
      [3, -1],
      [4, 0.5],
    ] as const
    const option = draw({ series: [{ ...train, points }], logarithmic: true })
    expect(option.yAxis.type).toBe('log')
    expect(option.series[0]?.data).toEqual([
      [1, 1],
      [4, 0.5],
    ])
  })
  it('tells every series when hovered, from the whole curves', () => {
    const html = draw({}).tooltip.formatter([{ axisValue: 5003 }])
    expect(html).toContain('epoch 5,003')
    expect(html).toContain('train')
    expect(html).toContain('0.0001999')
    expect(html).toContain('0.0003998')
  })
  it('finds values by x and leaves out curves that ended before', () => {
    const short = { ...validation, points: curve(3, (x) => x) }
    expect(valuesAt([train, short], 3).map(({ value }) => value)).toEqual([1 / 3, 3])
    expect(valuesAt([train, short], 4).map(({ value }) => value)).toEqual([0.25])
    expect(valuesAt([{ ...train, points: [] }], 1)).toEqual([])
  })
})

describe('a scatter chart', () => {
  it('draws the line of perfect prediction over the range of both axes', () => {
    const points = [
      [1, 4],
      [3, 2],
    ] as const
    const option = scatterChartOption({ points, xLabel: 'true', yLabel: 'predicted', diagonal: true }, theme)
    expect((option.series as { data: unknown }[])[1]?.data).toEqual([
      [1, 1],
      [4, 4],
    ])
  })
  it('names categories on its axis and in CSV', () => {
    const input = {
      points: [
        [0, 0.5],
        [1, 0.75],
      ] as const,
      xLabel: 'units, hidden',
      yLabel: 'f1',
      categories: ['relu', 'tanh'],
    }
    expect((scatterChartOption(input, theme).xAxis as { data: unknown }).data).toEqual(['relu', 'tanh'])
    expect(pointsToCsv(input)).toBe('"units, hidden",f1\nrelu,0.5\ntanh,0.75\n')
  })
})

describe('drawing while training', () => {
  it('makes text of the user safe inside markup', () => {
    expect(escapeHtml('<img src="x"> & co')).toBe('&lt;img src=&quot;x&quot;&gt; &amp; co')
  })
  it('happens ten times a second up to 10,000 epochs and at least once a second after', () => {
    expect(paceFor(10)).toBe(100)
    expect(paceFor(10000)).toBe(100)
    expect(paceFor(50000)).toBe(500)
    expect(paceFor(1e7)).toBe(1000)
  })
})
