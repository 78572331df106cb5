import { cropping } from '../borders.ts'

export const cropping2d = cropping({
  type: 'cropping2d',
  keras: 'Cropping2D',
  icon: 'crop',
  rank: 2,
  summary: 'Cuts the border of images off.',
  help: 'Removes rows above and below and columns left and right of every image.',
})
