import { mergingLayer, pairwise } from '../merging.ts'

export const minimum = mergingLayer({
  type: 'minimum',
  label: 'Minimum',
  keras: 'Minimum',
  icon: 'arrow-down-to-line',
  summary: 'Takes the smallest of its inputs element by element.',
  help: 'Computes $y = \\min_i x_i$ of two or more inputs. The gradient goes to the smallest; of two that are equal each gets half.',
  fact: 'smallest',
  done: 'compared',
  merge: pairwise('minimum'),
})
