import type { Table, TableColumn } from '../data/dataset.ts'
import { pickRows, tableToCsv } from '../data/table.ts'
import type { OutputPrediction, Predictions } from '../evaluation/predict.ts'

/**
 * The predicted rows as CSV: all columns of the table but images and other arrays, then a column `predicted_<target>` an Output and, for classes,
 * `probability_<target>_<class>`; of an autoencoder `reconstruction_error` and what it gives back, `reconstructed_<column>`. Numbers are in
 * source units, the error is the mean squared one in scaled units. Of a GAN one generated sample a row, `generated_<column>`, and nothing else.
 */
export function exportPredictionsCsv(table: Table, { rows, outputs }: Predictions): string {
  // Generated samples have nothing to do with the rows of the table.
  const generated = outputs.length > 0 && outputs.every(({ kind }) => kind === 'generation')
  const shown = generated ? [] : table.columns.filter(({ type }) => type !== 'tensor')
  const columns = shown.map((column) => pickRows(column, rows))
  const several = outputs.filter(({ kind }) => kind === 'reconstruction').length > 1
  for (const prediction of outputs) columns.push(...predictionColumns(prediction, rows.length, several))
  return tableToCsv({ rowCount: rows.length, columns })
}

function predictionColumns(prediction: OutputPrediction, rowCount: number, several: boolean): TableColumn[] {
  const target = prediction.target || prediction.output
  const numbers = (name: string, width: number, offset: number, values: Float64Array): TableColumn => ({
    name,
    type: 'numeric',
    values: Float64Array.from({ length: rowCount }, (_, row) => values[row * width + offset] as number),
  })
  if (prediction.kind === 'generation') {
    const { width, values } = prediction
    const nameOf = (offset: number) => prediction.columns[offset]?.name ?? offset
    return Array.from({ length: width }, (_, offset) => numbers(`generated_${nameOf(offset)}`, width, offset, values))
  }
  if (prediction.kind === 'reconstruction') {
    const { columns, values, errors } = prediction
    const of = several ? `${prediction.output}_` : ''
    return [
      numbers(`${of}reconstruction_error`, 1, 0, errors),
      ...columns.map(({ name }, offset) => numbers(`${of}reconstructed_${name}`, columns.length, offset, values)),
    ]
  }
  if (prediction.kind === 'numeric') {
    const { width, values } = prediction
    return Array.from({ length: width }, (_, offset) =>
      numbers(width === 1 ? `predicted_${target}` : `predicted_${target}_${offset}`, width, offset, values),
    )
  }
  const { classes, predicted, scores } = prediction
  const label: TableColumn = {
    name: `predicted_${target}`,
    type: 'categorical',
    labels: [...classes],
    codes: predicted,
  }
  const probabilities = classes.map((name, offset) =>
    numbers(`probability_${target}_${name}`, classes.length, offset, scores),
  )
  return [label, ...probabilities]
}
