import { pooling1d } from '../pooling.ts'

export const maxPooling1d = pooling1d({
  type: 'max_pooling1d',
  keras: 'MaxPooling1D',
  icon: 'shrink',
  op: 'max_pool2d',
  summary: 'Keeps the largest number of each window of steps.',
  help: 'Takes the largest number of each window of steps, channel by channel. A window of 2 with its default stride halves the sequence.',
})
