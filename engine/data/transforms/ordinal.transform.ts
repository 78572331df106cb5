import type { CategoricalTransform } from './transform.ts'

export const ordinal: CategoricalTransform = {
  kind: 'categorical',
  id: 'ordinal',
  label: 'Ordinal',
  help: "The category's index in the order you set, from 0.",
  width: () => 1,
  names: (column) => [column],
  write(code, out, offset) {
    out[offset] = code
  },
}
