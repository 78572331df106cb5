import { pooling2d } from '../pooling.ts'

export const averagePooling2d = pooling2d({
  type: 'average_pooling2d',
  keras: 'AveragePooling2D',
  icon: 'minimize',
  op: 'average_pool2d',
  summary: 'Keeps the mean of each window.',
  help: 'Takes the mean of each window, channel by channel. A window of $2 \\times 2$ with its default stride halves height and width. Padding does not count as pixels.',
})
