import { describe, expect, it } from 'vitest'
import { averagePrecision } from '../../../engine/evaluation/average-precision.ts'
import { classificationReport, classPredictions, scoresOf } from '../../../engine/evaluation/classification-report.ts'
import { mapConcurrently } from '../../../engine/evaluation/concurrent.ts'
import { confusionMatrix } from '../../../engine/evaluation/confusion-matrix.ts'
import { summarize } from '../../../engine/evaluation/kfold.ts'
import { regressionReport } from '../../../engine/evaluation/regression-report.ts'
import { areaUnderRoc } from '../../../engine/evaluation/roc.ts'

describe('classification', () => {
  it('has the scores of the worked example 11: TP 40, TN 45, FP 5, FN 10', () => {
    const labels = ['negative', 'positive']
    const { accuracy, binary } = scoresOf({
      labels,
      counts: [
        [45, 5],
        [10, 40],
      ],
    })
    expect(accuracy).toBeCloseTo(0.85, 12)
    expect(binary?.precision).toBeCloseTo(0.8889, 4)
    expect(binary?.recall).toBeCloseTo(0.8, 12)
    expect(binary?.f1).toBeCloseTo(0.8421, 4)
  })

  it('averages three classes as scikit-learn does', () => {
    // y_true = [0,0,0,1,1,2], y_pred = [0,0,1,1,2,2]
    const { accuracy, macro, micro, weighted, classes, binary } = scoresOf(
      confusionMatrix(['a', 'b', 'c'], [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2]),
    )
    expect(accuracy).toBeCloseTo(4 / 6, 12)
    expect(classes.map(({ precision }) => precision)).toEqual([1, 0.5, 0.5])
    expect(classes.map(({ recall }) => recall)).toEqual([2 / 3, 0.5, 1])
    expect(macro.precision).toBeCloseTo(2 / 3, 12)
    expect(macro.f1).toBeCloseTo((0.8 + 0.5 + 2 / 3) / 3, 12)
    expect(weighted.precision).toBeCloseTo(0.75, 12)
    expect(weighted.f1).toBeCloseTo((3 * 0.8 + 2 * 0.5 + 2 / 3) / 6, 12)
    expect(micro.f1).toBe(accuracy)
    expect(binary).toBeNull()
  })

  it('scores a class that never occurs and is never predicted with 0', () => {
    const { classes } = scoresOf(confusionMatrix(['a', 'b', 'c'], [0, 1], [0, 1]))
    expect(classes[2]).toEqual({ label: 'c', precision: 0, recall: 0, f1: 0, support: 0 })
  })

  it('reads one unit as the probability of the second class, threshold 0.5', () => {
    const { predicted, scores } = classPredictions(Float32Array.of(0.5, 0.75, 0.25), 1)
    expect([...predicted]).toEqual([0, 1, 0])
    expect([...scores]).toEqual([0.5, 0.5, 0.25, 0.75, 0.75, 0.25])
  })

  it('reads several units by the first largest', () => {
    expect([...classPredictions(Float32Array.of(0.25, 0.5, 0.25, 0.4, 0.2, 0.4), 3).predicted]).toEqual([1, 0])
  })

  it('has log loss and AUROC by hand', () => {
    const output = Float32Array.of(0.1, 0.4, 0.35, 0.8)
    const report = classificationReport(['n', 'p'], [0, 0, 1, 1], output, 1)
    const expected = -(Math.log(0.9) + Math.log(0.6) + Math.log(0.35) + Math.log(0.8)) / 4
    expect(report.logLoss).toBeCloseTo(expected, 6)
    expect(report.auroc).toBeCloseTo(0.75, 12)
    expect(report.prAuc).toBeCloseTo(0.8333333333333333, 12)
  })

  it('has no log loss when outputs are no probabilities, and stays finite at 0', () => {
    expect(classificationReport(['a', 'b'], [0], Float32Array.of(-1, 2), 2).logLoss).toBeNull()
    expect(classificationReport(['a', 'b'], [0], Float32Array.of(0.2, 0.2), 2).logLoss).toBeNull()
    expect(classificationReport(['a', 'b'], [0], Float32Array.of(0, 1), 2).logLoss).toBeCloseTo(-Math.log(1e-7), 6)
  })
})

describe('area under the ROC curve', () => {
  it('counts ties half', () => {
    expect(areaUnderRoc([0, 1], [0.5, 0.5])).toBe(0.5)
    expect(areaUnderRoc([0, 1, 1, 0], [0.1, 0.9, 0.9, 0.9])).toBeCloseTo(0.75, 12)
    expect(areaUnderRoc([0, 0, 1], [3, 2, 1])).toBe(0)
  })

  it('does not exist with one class alone', () => {
    expect(areaUnderRoc([1, 1], [0.1, 0.2])).toBeNull()
  })
})

describe('average precision', () => {
  it('is that of scikit-learn', () => {
    // precision 1 at recall 1/2, 2/3 at recall 1
    expect(averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12)
    expect(averagePrecision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6])).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12)
  })

  it('takes equal scores together, and is the share of positives when all are equal', () => {
    expect(averagePrecision([1, 0, 0, 1, 0], [2, 2, 2, 2, 2])).toBeCloseTo(2 / 5, 12)
  })

  it('does not exist without positives', () => {
    expect(averagePrecision([0, 0], [0.1, 0.2])).toBeNull()
  })
})

describe('regression', () => {
  it('has the errors of scikit-learn', () => {
    // y_true = [3, -0.5, 2, 7], y_pred = [2.5, 0, 2, 8]
    const report = regressionReport([3, -0.5, 2, 7], [2.5, 0, 2, 8])
    expect(report.mae).toBeCloseTo(0.5, 12)
    expect(report.mse).toBeCloseTo(0.375, 12)
    expect(report.rmse).toBeCloseTo(Math.sqrt(0.375), 12)
    expect(report.r2).toBeCloseTo(0.9486081370449679, 12)
    expect(report.mape).toBeCloseTo(0.3273809523809524, 12)
  })

  it('has no R² for equal targets and no MAPE for a target of 0', () => {
    const report = regressionReport([0, 0], [1, -1])
    expect(report).toMatchObject({ r2: null, mape: null, mae: 1 })
  })
})

describe('folds', () => {
  it('are summed up by mean and sample standard deviation', () => {
    expect(summarize([{ accuracy: 1, auroc: 1 }, { accuracy: 0.5 }])).toEqual({
      accuracy: { mean: 0.75, sd: Math.sqrt(0.125), folds: [1, 0.5] },
    })
  })
})

describe('concurrent work', () => {
  it('keeps the order of results and its limit', async () => {
    let going = 0
    let most = 0
    const results = await mapConcurrently([5, 1, 3, 2], 2, async (item) => {
      going += 1
      most = Math.max(most, going)
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve()
      going -= 1
      return item * 10
    })
    expect(results).toEqual([50, 10, 30, 20])
    expect(most).toBe(2)
  })

  it('begins nothing after a failure, waits for what goes on, and throws the first', async () => {
    const begun: number[] = []
    const finished: number[] = []
    const work = mapConcurrently([0, 1, 2, 3], 2, async (item) => {
      begun.push(item)
      if (item === 0) throw new Error('first')
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
      finished.push(item)
    })
    await expect(work).rejects.toThrow('first')
    expect(begun).toEqual([0, 1])
    expect(finished).toEqual([1])
  })
})
