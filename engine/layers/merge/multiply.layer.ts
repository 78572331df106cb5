import { mergingLayer, pairwise } from '../merging.ts'

export const multiply = mergingLayer({
  type: 'multiply',
  label: 'Multiply',
  keras: 'Multiply',
  icon: 'asterisk',
  summary: 'Multiplies its inputs element by element.',
  aliases: ['gate', 'product', 'hadamard'],
  help: 'Computes $y = \\prod_i x_i$ of two or more inputs. With a sigmoid in front of one of them it is a gate, which lets the other through or not.',
  fact: 'product',
  done: 'multiplied',
  merge: pairwise('multiply'),
})
