import { moments, type NumericTransform, safeScale } from './transform.ts'

export const standardize: NumericTransform = {
  kind: 'numeric',
  id: 'standardize',
  label: 'Standardise (z-score)',
  help: '(x - mean) / standard deviation (population, as scikit-learn StandardScaler).',
  fit(values) {
    const { mean, standardDeviation } = moments(values)
    return { shift: mean, scale: safeScale(standardDeviation, mean) }
  },
}
