import { mergingLayer, pairwise } from '../merging.ts'

export const maximum = mergingLayer({
  type: 'maximum',
  label: 'Maximum',
  keras: 'Maximum',
  icon: 'arrow-up-to-line',
  summary: 'Takes the largest of its inputs element by element.',
  help: 'Computes $y = \\max_i x_i$ of two or more inputs. The gradient goes to the largest; of two that are equal each gets half.',
  fact: 'largest',
  done: 'compared',
  merge: pairwise('maximum'),
})
