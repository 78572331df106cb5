import type { CategoricalTransform } from './transform.ts'

export const oneHot: CategoricalTransform = {
  kind: 'categorical',
  id: 'one-hot',
  label: 'One-hot',
  help: 'One column a category: 1 for the category of the row, 0 elsewhere.',
  width: (categories) => categories.length,
  names: (column, categories) => categories.map((category) => `${column}=${category}`),
  write(code, out, offset) {
    if (code >= 0) out[offset + code] = 1
  },
}
