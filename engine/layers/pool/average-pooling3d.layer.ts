import { pooling3d } from '../pooling.ts'

export const averagePooling3d = pooling3d({
  type: 'average_pooling3d',
  keras: 'AveragePooling3D',
  icon: 'minimize',
  op: 'average_pool2d',
  summary: 'Keeps the mean of each window of voxels.',
  help: 'Takes the mean of each window of voxels, channel by channel; padding does not count. A window of $2 \\times 2 \\times 2$ with its default stride halves depth, height and width.',
})
