/** Errors of a regression, in the units of the source column. */
export interface RegressionReport {
  kind: 'regression'
  samples: number
  mae: number
  mse: number
  rmse: number
  /** 1 - residual / total sum of squares, around the mean of these rows (scikit-learn's r2_score); null when all targets are equal. */
  r2: number | null
  /** Mean of |error| / |target| as a fraction; null when a target is 0. */
  mape: number | null
}

/** Compares predictions with targets, both in source units. */
export function regressionReport(actual: ArrayLike<number>, predicted: ArrayLike<number>): RegressionReport {
  const samples = actual.length
  let mean = 0
  for (let i = 0; i < samples; i += 1) mean += (actual[i] as number) / samples
  let absolute = 0
  let squared = 0
  let total = 0
  let relative = 0
  for (let i = 0; i < samples; i += 1) {
    const target = actual[i] as number
    const error = (predicted[i] as number) - target
    absolute += Math.abs(error)
    squared += error * error
    total += (target - mean) ** 2
    relative += target === 0 ? Number.POSITIVE_INFINITY : Math.abs(error / target)
  }
  const mse = squared / samples
  return {
    kind: 'regression',
    samples,
    mae: absolute / samples,
    mse,
    rmse: Math.sqrt(mse),
    r2: total > 0 ? 1 - squared / total : null,
    mape: Number.isFinite(relative) ? relative / samples : null,
  }
}
