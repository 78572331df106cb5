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
const wrappersOf = ({ params }: LayerDeclaration): string[] =>
  Object.values(params)
    .map(({ keras }) => keras ?? '')
    .filter((name) => /^[A-Z]/.test(name))

/** `Conv1D` before `Conv1DTranspose`, `Conv2D` before `Conv10D`. */
const byLabel = new Intl.Collator('en', { numeric: true })

const NO_MATCH = 6
const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** What its parameters are called and can be: `sigmoid`, `causal`. */
function parameterText(layer: LayerDeclaration): string {
  return Object.values(layer.params)
    .flatMap((spec) => [
      spec.label,
      spec.keras ?? '',
      ...(spec.kind === 'choice' ? spec.options.flatMap(({ value, label }) => [value, label]) : []),
    ])
    .join(' ')
    .toLowerCase()
}

/** What is said of the options of its parameters, where other names stand: `Xavier`. */
function optionHelp(layer: LayerDeclaration): string {
  return Object.values(layer.params)
    .flatMap((spec) => (spec.kind === 'choice' ? spec.options.map(({ help }) => help ?? '') : []))
    .join(' ')
    .toLowerCase()
}

/**
 * How far a layer is from what is asked for: 0 called so, 1 a name begins so, 2 its names hold every word, 3 its summary too,
 * 4 its parameters, 5 one word in what is said of their options.
 */
function distance(layer: LayerDeclaration, query: string): number {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const names = [layer.label, layer.type, layer.keras ?? '', ...wrappersOf(layer), ...(layer.aliases ?? [])]
  const wanted = letters(query)
  const written = names.map(letters)
  if (wanted !== '' && written.includes(wanted)) return 0
  if (wanted !== '' && written.some((name) => name.startsWith(wanted))) return 1
  const called = `${names.join(' ')} ${written.join(' ')}`.toLowerCase()
  if (words.every((word) => called.includes(word))) return 2
  const described = `${called} ${layer.summary.toLowerCase()}`
  if (words.every((word) => described.includes(word))) return 3
  const settled = `${described} ${parameterText(layer)}`
  if (words.every((word) => settled.includes(word))) return 4
  return words.length === 1 && optionHelp(layer).includes(words[0] as string) ? 5 : NO_MATCH
}

/**
 * Layers that answer a query, by category: what answers best comes first, then the order of labels. Parameters count only when no
 * name or summary answers; categories without any are left out.
 */
export function searchLayers(
  query: string,
  layers: readonly LayerDeclaration[],
): { category: Category; layers: LayerDeclaration[] }[] {
  const rated = layers.map((layer) => ({ layer, far: query.trim() === '' ? 0 : distance(layer, query) }))
  const nearest = Math.min(...rated.map(({ far }) => far))
  const matches = rated
    .filter(({ far }) => far < NO_MATCH && far <= Math.max(nearest, 3))
    .sort((a, b) => a.far - b.far || byLabel.compare(a.layer.label, b.layer.label))
  return categories
    .map((category) => matches.filter(({ layer }) => layer.category === category.id))
    .filter((group) => group.length > 0)
    .sort((a, b) => (a[0]?.far ?? 0) - (b[0]?.far ?? 0))
    .map((group) => ({ category: categoryOf(group[0]?.layer), layers: group.map(({ layer }) => layer) }))
}
