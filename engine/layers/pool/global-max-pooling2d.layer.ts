import { globalPooling } from '../pooling.ts'

export const globalMaxPooling2d = globalPooling({
  type: 'global_max_pooling2d',
  keras: 'GlobalMaxPooling2D',
  icon: 'maximize-2',
  op: 'max_pool2d',
  axes: 2,
  summary: 'Keeps the largest pixel of each channel.',
  help: 'The maximum over all positions: one number a channel. It says whether a feature is anywhere in the input.',
})
