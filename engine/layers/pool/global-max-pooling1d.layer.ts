import { globalPooling } from '../pooling.ts'

export const globalMaxPooling1d = globalPooling({
  type: 'global_max_pooling1d',
  keras: 'GlobalMaxPooling1D',
  icon: 'maximize-2',
  op: 'max_pool2d',
  axes: 1,
  summary: 'Keeps the largest number of each channel.',
  help: 'The maximum over all positions: one number a channel. It says whether a feature is anywhere in the input.',
})
