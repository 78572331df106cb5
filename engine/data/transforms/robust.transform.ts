import { type NumericTransform, quantile, safeScale } from './transform.ts'

export const robust: NumericTransform = {
  kind: 'numeric',
  id: 'robust',
  label: 'Robust (median and IQR)',
  help: '(x - median) / (third quartile - first quartile), as scikit-learn RobustScaler.',
  fit(values) {
    const median = quantile(values, 0.5)
    const high = quantile(values, 0.75)
    return { shift: median, scale: safeScale(high - quantile(values, 0.25), high) }
  },
}
