import { spatialDropout } from '../dropping.ts'

export const spatialDropout2d = spatialDropout({ rank: 2, icon: 'layers-2' })
