import { zeroPadding } from '../borders.ts'

export const zeroPadding1d = zeroPadding({
  type: 'zero_padding1d',
  keras: 'ZeroPadding1D',
  icon: 'between-horizontal-start',
  rank: 1,
  summary: 'Puts a border of zeros around sequences.',
  help: 'Adds steps of zeros before the first and after the last of every sequence.',
})
