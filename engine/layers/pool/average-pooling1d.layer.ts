import { pooling1d } from '../pooling.ts'

export const averagePooling1d = pooling1d({
  type: 'average_pooling1d',
  keras: 'AveragePooling1D',
  icon: 'minimize',
  op: 'average_pool2d',
  summary: 'Keeps the mean of each window of steps.',
  help: 'Takes the mean of each window of steps, channel by channel. A window of 2 with its default stride halves the sequence.',
})
