/** What a dragged palette entry carries. */
export const LAYER_TYPE = 'application/x-lamina-layer'
