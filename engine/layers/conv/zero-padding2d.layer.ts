import { zeroPadding } from '../borders.ts'

export const zeroPadding2d = zeroPadding({
  type: 'zero_padding2d',
  keras: 'ZeroPadding2D',
  icon: 'frame',
  rank: 2,
  summary: 'Puts a border of zeros around images.',
  help: 'Adds rows of zeros above and below and columns of zeros left and right of every image.',
})
