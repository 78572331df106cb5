import { pooling2d } from '../pooling.ts'

export const maxPooling2d = pooling2d({
  type: 'max_pooling2d',
  keras: 'MaxPooling2D',
  icon: 'shrink',
  op: 'max_pool2d',
  summary: 'Keeps the largest pixel of each window.',
  help: 'Takes the largest pixel of each window, channel by channel. A window of $2 \\times 2$ with its default stride halves height and width. The gradient goes to the largest pixel.',
})
