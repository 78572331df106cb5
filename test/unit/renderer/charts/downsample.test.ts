import { describe, expect, it } from 'vitest'
import { downsample, type Point } from '../../../../renderer/charts/downsample.ts'
import { type Series, seriesToCsv } from '../../../../renderer/charts/line-chart.ts'

describe('downsampling a curve', () => {
  const points: Point[] = Array.from({ length: 10000 }, (_, i) => [i, Math.sin(i / 50)])
  points[7777] = [7777, 40]

  it('keeps a short curve as it is', () => {
    expect(downsample(points.slice(0, 100), 100)).toHaveLength(100)
  })
  it('keeps ends, spikes and order within the limit', () => {
    const kept = downsample(points, 500)
    expect(kept.length).toBeLessThanOrEqual(500)
    expect(kept[0]).toEqual(points[0])
    expect(kept.at(-1)).toEqual(points.at(-1))
    expect(kept.some(([, y]) => y === 40)).toBe(true)
    expect(kept.every(([x], index) => index === 0 || x > kept[index - 1]![0])).toBe(true)
  })
})

describe('curves as CSV', () => {
  it('have one row an epoch and leave gaps empty', () => {
    const series: Series[] = [
      {
        name: 'train',
        part: 'train',
        group: 'a',
        points: [
          [1, 0.5],
          [2, 0.25],
        ],
      },
      { name: 'run 2, validation', part: 'validation', group: 'a', points: [[2, 0.75]] },
    ]
    expect(seriesToCsv(series, 'epoch')).toBe('epoch,train,"run 2, validation"\n1,0.5,\n2,0.25,0.75\n')
  })
})
