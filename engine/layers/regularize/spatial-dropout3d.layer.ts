import { spatialDropout } from '../dropping.ts'

export const spatialDropout3d = spatialDropout({ rank: 3, icon: 'boxes' })
