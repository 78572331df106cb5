import { mergingLayer } from '../merging.ts'

export const add = mergingLayer({
  type: 'add',
  label: 'Add',
  keras: 'Add',
  icon: 'plus',
  summary: 'Adds its inputs element by element.',
  aliases: ['skip connection', 'residual', 'shortcut', 'sum'],
  help: 'Computes $y = \\sum_i x_i$ of two or more inputs; the residual connections of deep networks are built from it.',
  fact: 'sum',
  done: 'added',
  merge: (builder, values) => builder.emitOne('add', [...values]),
})
