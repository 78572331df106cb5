import { spatialDropout } from '../dropping.ts'

export const spatialDropout1d = spatialDropout({ rank: 1, icon: 'columns-3' })
