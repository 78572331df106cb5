import { describe, expect, it } from 'vitest'
import { metrics } from '../../../../engine/training/metrics/registry.ts'
import { metricName, shortMetricName } from '../../../../renderer/services/metric-names.ts'

describe('a metric or score', () => {
  it.each([
    ['loss', 'Loss'],
    ['validation_loss', 'Validation loss'],
    ['f1', 'F1'],
    ['f1_macro', 'F1 (macro)'],
    ['macro_f1', 'F1 (macro)'],
    ['weighted_precision', 'Precision (weighted)'],
    ['validation_r2_score', 'Validation R²'],
    ['r2', 'R²'],
    ['pr_auc', 'PR-AUC'],
    ['validation_mean_absolute_error', 'Validation mean absolute error'],
    ['mae', 'MAE'],
    ['log_loss', 'Log loss'],
    ['validation_generated_accuracy', 'Validation accuracy on generated'],
    ['validation_price/loss', 'Validation loss of price'],
    ['a/b/accuracy', 'Accuracy of a/b'],
    ['something_new', 'Something new'],
  ])('%s is %s', (key, name) => expect(metricName(key)).toBe(name))

  it.each([
    ['validation_mean_absolute_error', 'Val. MAE'],
    ['validation_loss', 'Val. loss'],
    ['accuracy', 'Accuracy'],
    ['validation_discriminator_loss', 'Val. D loss'],
    ['generated_accuracy', 'Acc. generated'],
    ['validation_price/root_mean_squared_error', 'Val. RMSE, price'],
  ])('%s is %s where there is little room', (key, name) => expect(shortMetricName(key)).toBe(name))

  it('has the name that the form of an Output offers it under', () => {
    for (const { type, label } of metrics) expect(metricName(type)).toBe(label)
  })
})
