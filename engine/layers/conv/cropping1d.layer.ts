import { cropping } from '../borders.ts'

export const cropping1d = cropping({
  type: 'cropping1d',
  keras: 'Cropping1D',
  icon: 'scissors',
  rank: 1,
  summary: 'Cuts the border of sequences off.',
  help: 'Removes steps at the beginning and at the end of every sequence.',
})
