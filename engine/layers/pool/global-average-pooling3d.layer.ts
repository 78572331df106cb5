import { globalPooling } from '../pooling.ts'

export const globalAveragePooling3d = globalPooling({
  type: 'global_average_pooling3d',
  keras: 'GlobalAveragePooling3D',
  icon: 'minimize-2',
  op: 'average_pool2d',
  axes: 3,
  summary: 'Keeps the mean of each channel.',
  help: 'The mean over all positions: one number a channel.',
})
