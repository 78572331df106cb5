import { mergingLayer, pairwise } from '../merging.ts'

export const subtract = mergingLayer({
  type: 'subtract',
  label: 'Subtract',
  keras: 'Subtract',
  icon: 'minus',
  summary: 'Takes its second input from its first, element by element.',
  help: 'Computes $y = x_1 - x_2$ of exactly two inputs; the first connection is the one that is subtracted from.',
  fact: 'difference',
  done: 'subtracted',
  two: true,
  merge: pairwise('subtract'),
})
