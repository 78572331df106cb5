import { cropping } from '../borders.ts'

export const cropping3d = cropping({
  type: 'cropping3d',
  keras: 'Cropping3D',
  icon: 'package-minus',
  rank: 3,
  summary: 'Cuts the border of volumes off.',
  help: 'Removes planes, rows and columns at the border of every volume: along depth, height and width.',
})
