import { findMetric } from '../../engine/training/metrics/registry.ts'

/** Scores of reports, and what is followed of special trainers, as the field writes them; the metrics of an Output have their own labels. */
const names: Readonly<Record<string, string>> = {
  loss: 'Loss',
  mae: 'MAE',
  mse: 'MSE',
  rmse: 'RMSE',
  mape: 'MAPE',
  r2: 'R²',
  f1_macro: 'F1 (macro)',
  f1_micro: 'F1 (micro)',
  f1_weighted: 'F1 (weighted)',
  auroc: 'AUROC',
  discriminator_loss: 'Discriminator loss',
  generator_loss: 'Generator loss',
  real_accuracy: 'Accuracy on real',
  generated_accuracy: 'Accuracy on generated',
  mean_distance: 'Distance of means',
  deviation_distance: 'Distance of deviations',
  flagged: 'Share flagged',
  detected: 'Anomalies found',
  false_alarms: 'False alarms',
  pseudo_labels: 'Pseudo-labels',
}

/** For headings of narrow columns, where the full name is too long. */
const shortNames: Readonly<Record<string, string>> = {
  mean_absolute_error: 'MAE',
  mean_squared_error: 'MSE',
  root_mean_squared_error: 'RMSE',
  mean_absolute_percentage_error: 'MAPE',
  mean_squared_logarithmic_error: 'MSLE',
  kl_divergence: 'KL divergence',
  discriminator_loss: 'D loss',
  generator_loss: 'G loss',
  real_accuracy: 'acc. real',
  generated_accuracy: 'acc. generated',
}

interface Parsed {
  validation: boolean
  /** Output or column that it is measured of. */
  owner: string | null
  bare: string
}

/** `validation_digit/accuracy`: part, owner and metric. */
function parse(key: string): Parsed {
  const validation = key.startsWith('validation_')
  const rest = validation ? key.slice('validation_'.length) : key
  const slash = rest.lastIndexOf('/')
  return { validation, owner: slash < 0 ? null : rest.slice(0, slash), bare: rest.slice(slash + 1) }
}

function bareName(bare: string): string {
  const words = bare.replaceAll('_', ' ')
  return names[bare] ?? findMetric(bare)?.label ?? words.charAt(0).toUpperCase() + words.slice(1)
}

/** A name within a sentence: `Log loss` becomes `log loss`, `MAE` and `F1 (macro)` stay. */
function lower(name: string): string {
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name
}

/** A metric or score as people write it: `F1 (macro)`, `Validation accuracy`, `Loss of price`. */
export function metricName(key: string): string {
  const { validation, owner, bare } = parse(key)
  const name = validation ? `Validation ${lower(bareName(bare))}` : bareName(bare)
  return owner === null ? name : `${name} of ${owner}`
}

/** The same, as short as a column's heading should be: `Val. MAE`, `Val. D loss`. */
export function shortMetricName(key: string): string {
  const { validation, owner, bare } = parse(key)
  const name = shortNames[bare] ?? bareName(bare)
  const short = validation ? `Val. ${lower(name)}` : name.charAt(0).toUpperCase() + name.slice(1)
  return owner === null ? short : `${short}, ${owner}`
}
