import { globalPooling } from '../pooling.ts'

export const globalMaxPooling3d = globalPooling({
  type: 'global_max_pooling3d',
  keras: 'GlobalMaxPooling3D',
  icon: 'maximize-2',
  op: 'max_pool2d',
  axes: 3,
  summary: 'Keeps the largest number of each channel.',
  help: 'The maximum over all positions: one number a channel. It says whether a feature is anywhere in the input.',
})
