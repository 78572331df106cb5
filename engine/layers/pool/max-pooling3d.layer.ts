import { pooling3d } from '../pooling.ts'

export const maxPooling3d = pooling3d({
  type: 'max_pooling3d',
  keras: 'MaxPooling3D',
  icon: 'shrink',
  op: 'max_pool2d',
  summary: 'Keeps the largest voxel of each window.',
  help: 'Takes the largest voxel of each window, channel by channel. A window of $2 \\times 2 \\times 2$ with its default stride halves depth, height and width. The gradient goes to the largest voxel.',
})
