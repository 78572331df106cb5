import { globalPooling } from '../pooling.ts'

export const globalAveragePooling2d = globalPooling({
  type: 'global_average_pooling2d',
  keras: 'GlobalAveragePooling2D',
  icon: 'minimize-2',
  op: 'average_pool2d',
  axes: 2,
  summary: 'Keeps the mean of each channel.',
  help: 'The mean over all positions: one number a channel. In place of Flatten it saves the weights of a large Dense layer.',
})
