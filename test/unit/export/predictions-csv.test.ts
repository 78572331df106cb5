import { describe, expect, it } from 'vitest'
import { exportPredictionsCsv } from '../../../engine/export/predictions-csv.ts'

const table = {
  rowCount: 3,
  columns: [
    { name: 'a', type: 'numeric' as const, values: Float64Array.of(1, Number.NaN, 3) },
    { name: 'b', type: 'categorical' as const, labels: ['x, y', 'z'], codes: Int32Array.of(0, 1, 1) },
  ],
}

describe('predictions as CSV', () => {
  it('follow the source columns, with a probability a class, for the rows that were predicted', () => {
    const csv = exportPredictionsCsv(table, {
      rows: Int32Array.of(0, 2),
      outputs: [
        {
          kind: 'classes',
          output: 'out',
          target: 'kind',
          classes: ['no', 'yes'],
          predicted: Int32Array.of(1, 0),
          scores: Float64Array.of(0.25, 0.75, 0.5, 0.5),
        },
        { kind: 'numeric', output: 'out_2', target: '', width: 1, values: Float64Array.of(-1.5, 2) },
      ],
    })
    expect(csv).toBe(
      [
        'a,b,predicted_kind,probability_kind_no,probability_kind_yes,predicted_out_2',
        '1,"x, y",yes,0.25,0.75,-1.5',
        '3,z,no,0.5,0.5,2',
        '',
      ].join('\n'),
    )
  })
})
