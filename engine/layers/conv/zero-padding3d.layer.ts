import { zeroPadding } from '../borders.ts'

export const zeroPadding3d = zeroPadding({
  type: 'zero_padding3d',
  keras: 'ZeroPadding3D',
  icon: 'package-plus',
  rank: 3,
  summary: 'Puts a border of zeros around volumes.',
  help: 'Adds planes, rows and columns of zeros around every volume: along depth, height and width.',
})
