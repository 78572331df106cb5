import { mergingLayer } from '../merging.ts'

export const average = mergingLayer({
  type: 'average',
  label: 'Average',
  keras: 'Average',
  icon: 'equal',
  summary: 'Takes the mean of its inputs element by element.',
  help: 'Computes $y = \\frac{1}{k} \\sum_{i=1}^k x_i$ of two or more inputs, as when several branches vote.',
  fact: 'mean',
  done: 'averaged',
  merge: (builder, values) =>
    builder.emitOne('scale', [builder.emitOne('add', [...values])], { factor: 1 / values.length }),
})
