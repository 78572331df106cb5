import { type NumericTransform, safeScale } from './transform.ts'

export const minMax: NumericTransform = {
  kind: 'numeric',
  id: 'min-max',
  label: 'Min-max (0 to 1)',
  help: '(x - min) / (max - min), as scikit-learn MinMaxScaler.',
  fit(values) {
    const min = values[0]!
    const max = values[values.length - 1]!
    return { shift: min, scale: safeScale(max - min, max) }
  },
}
