import type { LayerCategory, LayerDeclaration } from '../../../engine/layers/layer.ts'

export interface Category {
  id: LayerCategory
  label: string
  /** A token of tokens.css; always shown together with an icon or a word. */
  color: string
}

/** In the order of the palette. */
export const categories: readonly Category[] = [
  { id: 'io', label: 'Input and output', color: 'var(--cat-io)' },
  { id: 'core', label: 'Core', color: 'var(--cat-core)' },
  { id: 'convolution', label: 'Convolution', color: 'var(--cat-convolution)' },
  { id: 'pooling', label: 'Pooling', color: 'var(--cat-pooling)' },
  { id: 'normalization', label: 'Normalisation', color: 'var(--cat-normalization)' },
  { id: 'regularization', label: 'Regularisation', color: 'var(--cat-regularization)' },
  { id: 'recurrent', label: 'Recurrent', color: 'var(--cat-recurrent)' },
  { id: 'attention', label: 'Attention', color: 'var(--cat-attention)' },
  { id: 'merge', label: 'Merge', color: 'var(--cat-merge)' },
]

export function categoryOf(declaration: LayerDeclaration | undefined): Category {
  return categories.find((category) => category.id === declaration?.category) ?? (categories[1] as Category)
}

/** Keras' classes that a layer offers as a parameter: Bidirectional, TimeDistributed. */
const wrappersOf = ({ params }: LayerDeclaration): string =>
  Object.values(params)
    .map(({ keras }) => keras ?? '')
    .filter((name) => /^[A-Z]/.test(name))
    .join(' ')

/** `Conv1D` before `Conv1DTranspose`, `Conv2D` before `Conv10D`. */
const byLabel = new Intl.Collator('en', { numeric: true })

/** Layers by category, in the order of their labels, whose label, type, Keras names or summary hold every word of the query; empty categories are left out. */
export function searchLayers(
  query: string,
  layers: readonly LayerDeclaration[],
): { category: Category; layers: LayerDeclaration[] }[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const matches = layers.filter((layer) => {
    const text = `${layer.label} ${layer.type} ${layer.keras ?? ''} ${wrappersOf(layer)} ${layer.summary}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return categories
    .map((category) => ({
      category,
      layers: matches
        .filter((layer) => layer.category === category.id)
        .sort((a, b) => byLabel.compare(a.label, b.label)),
    }))
    .filter((group) => group.layers.length > 0)
}
