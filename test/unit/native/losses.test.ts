import { describe, expect, it } from 'vitest'
import { checkCase, type KernelCase, operand } from '../../support/kernel-case.ts'
import { type Operand, runKernel } from '../../support/native-program.ts'

function loss(op: string, prediction: Operand, target: Operand, losses: number[], gradients: number[]): KernelCase[] {
  return [
    {
      name: `${op} of ${[...(prediction.data as number[])].map((value) => value.toFixed(2)).join(', ')}`,
      call: { kernel: op, samples: 1, inputs: [prediction, target], outputs: [[-1]] },
      expected: [losses],
    },
    {
      name: `${op}_gradient scales with g`,
      call: {
        kernel: `${op}_gradient`,
        samples: 1,
        inputs: [operand([-1], 2), prediction, target],
        outputs: [prediction.shape],
      },
      expected: [gradients.map((value) => value * 2)],
    },
  ]
}

const cases: KernelCase[] = [
  ...loss('mean_squared_error', operand([-1, 2], 1, 3), operand([-1, 2], 0, 5), [2.5], [1, -2]),
  ...loss('mean_absolute_error', operand([-1, 3], 1, 3, 2), operand([-1, 3], 0, 5, 2), [1], [1 / 3, -1 / 3, 0]),
  ...loss(
    'binary_cross_entropy',
    operand([-1, 2], 0.75, 0.5),
    operand([-1, 2], 1, 0),
    [(-Math.log(0.75) - Math.log(0.5)) / 2],
    [-2 / 3, 1],
  ),
  ...loss('binary_cross_entropy', operand([-1, 1], 0), operand([-1, 1], 1), [-Math.log(1e-7)], [0]),
  // 1, 1, 2 have the sum 4: q = 1/4, 1/4, 1/2
  ...loss(
    'categorical_cross_entropy',
    operand([-1, 3], 1, 1, 2),
    operand([-1, 3], 0, 0, 1),
    [Math.LN2],
    [0.25, 0.25, -0.25],
  ),
  ...loss(
    'sparse_categorical_cross_entropy',
    operand([-1, 3], 1, 1, 2),
    operand([-1, 1], 2),
    [Math.LN2],
    [0.25, 0.25, -0.25],
  ),
  ...loss(
    'sigmoid_cross_entropy',
    operand([-1, 2], 0, 100),
    operand([-1, 2], 1, 0),
    [(Math.LN2 + 100) / 2],
    [-0.25, 0.5],
  ),
  ...loss(
    'softmax_cross_entropy',
    operand([-1, 2], 0, Math.log(3)),
    operand([-1, 2], 1, 0),
    [Math.log(4)],
    [-0.75, 0.75],
  ),
  ...loss('softmax_cross_entropy', operand([-1, 2], 1000, -1000), operand([-1, 2], 0, 1), [2000], [1, -1]),
  ...loss(
    'sparse_softmax_cross_entropy',
    operand([-1, 2], 0, Math.log(3)),
    operand([-1, 1], 1),
    [-Math.log(0.75)],
    [0.25, -0.25],
  ),
  // log 4 - log 2 = log 2; the second one is clipped to 1e-7
  ...loss(
    'mean_squared_logarithmic_error',
    operand([-1, 2], 3, -5),
    operand([-1, 2], 1, 0),
    [Math.LN2 ** 2 / 2],
    [Math.LN2 / 4, 0],
  ),
  ...loss('mean_absolute_percentage_error', operand([-1, 2], 3, 1), operand([-1, 2], 2, -4), [87.5], [25, 12.5]),
  ...loss('log_cosh', operand([-1, 1], 1000), operand([-1, 1], 0), [1000 - Math.LN2], [1]),
  ...loss('poisson', operand([-1, 1], 2), operand([-1, 1], 4), [2 - 4 * Math.LN2], [-1]),
  ...loss('hinge', operand([-1, 3], 0.5, 0.5, 2), operand([-1, 3], 1, 0, 1), [2 / 3], [-1 / 3, 1 / 3, 0]),
  ...loss('squared_hinge', operand([-1, 2], 0.5, 0.5), operand([-1, 2], 1, -1), [1.25], [-0.5, 1.5]),
  ...loss('perceptron', operand([-1, 4], 2, -3, 0, 0.5), operand([-1, 4], 0, 1, 1, 1), [5], [1, -1, 0, 0]),
  ...loss('categorical_hinge', operand([-1, 3], 0.5, 1, 2), operand([-1, 3], 0, 1, 0), [2], [0, -1, 1]),
  ...loss('categorical_hinge', operand([-1, 2], 0, 3), operand([-1, 2], 0, 1), [0], [0, 0]),
  ...loss(
    'kl_divergence',
    operand([-1, 2], 0.25, 0.75),
    operand([-1, 2], 0.5, 0.5),
    [Math.log(4 / 3) / 2],
    [-2, -2 / 3],
  ),
  ...loss('cosine_similarity', operand([-1, 2], 3, 4), operand([-1, 2], 2, 0), [-0.6], [-0.128, 0.096]),
  {
    name: 'batch_mean divides by the batch at hand, not by the capacity',
    call: { kernel: 'batch_mean', samples: 2, batchCapacity: 8, inputs: [operand([-1], 1, 4)], outputs: [[]] },
    expected: [[2.5]],
  },
  {
    name: 'batch_mean_gradient',
    call: { kernel: 'batch_mean_gradient', samples: 4, inputs: [operand([], 2)], outputs: [[-1]] },
    expected: [[0.5, 0.5, 0.5, 0.5]],
  },
  {
    name: 'l1_penalty of a weight 10, factor 1',
    call: { kernel: 'l1_penalty', samples: 1, inputs: [operand([1], -10)], outputs: [[]], attributes: [1] },
    expected: [[10]],
  },
  {
    name: 'l2_penalty of a weight 10, factor 1',
    call: { kernel: 'l2_penalty', samples: 1, inputs: [operand([1], 10)], outputs: [[]], attributes: [1] },
    expected: [[100]],
  },
  {
    name: 'l1_penalty_gradient',
    call: {
      kernel: 'l1_penalty_gradient',
      samples: 1,
      inputs: [operand([], 2), operand([3], -3, 0, 5)],
      outputs: [[3]],
      attributes: [0.5],
    },
    expected: [[-1, 0, 1]],
  },
  {
    name: 'l2_penalty_gradient',
    call: {
      kernel: 'l2_penalty_gradient',
      samples: 1,
      inputs: [operand([], 2), operand([2], -3, 5)],
      outputs: [[2]],
      attributes: [0.5],
    },
    expected: [[-6, 10]],
  },
  {
    name: 'categorical_accuracy takes the first of equal maxima',
    call: {
      kernel: 'categorical_accuracy',
      samples: 2,
      inputs: [operand([-1, 3], 0.4, 0.4, 0.2, 0.1, 0.2, 0.7), operand([-1, 3], 1, 0, 0, 0, 1, 0)],
      outputs: [[-1]],
    },
    expected: [[1, 0]],
  },
  {
    name: 'sparse_categorical_accuracy',
    call: {
      kernel: 'sparse_categorical_accuracy',
      samples: 2,
      inputs: [operand([-1, 2], 0.4, 0.6, 0.9, 0.1), operand([-1, 1], 1, 1)],
      outputs: [[-1]],
    },
    expected: [[1, 0]],
  },
  {
    name: 'sparse_top_k_categorical_accuracy counts ties as right',
    call: {
      kernel: 'sparse_top_k_categorical_accuracy',
      samples: 3,
      inputs: [operand([-1, 3], 0.4, 0.4, 0.2, 0.1, 0.2, 0.7, 0.3, 0.3, 0.4), operand([-1, 1], 1, 0, 0)],
      outputs: [[-1]],
      attributes: [2],
    },
    expected: [[1, 0, 1]],
  },
  {
    name: 'binary_accuracy',
    call: {
      kernel: 'binary_accuracy',
      samples: 1,
      inputs: [operand([-1, 4], 0.5, 0.6, 0.4, 0.9), operand([-1, 4], 1, 1, 0, 1)],
      outputs: [[-1]],
      attributes: [0.5],
    },
    expected: [[0.75]],
  },
]

describe('numbers worked by hand', () => {
  it.each(cases)('$name', checkCase)
})

describe('accumulate', () => {
  const accumulate = (operand: Operand, perSample: number, samples: number) =>
    runKernel({
      kernel: 'accumulate',
      samples,
      inputs: [operand],
      outputs: [],
      attributes: [1, perSample],
      accumulators: 2,
    })

  it('adds the samples of a vector to its slot', async () => {
    expect([...(await accumulate(operand([-1], 1, 2, 4), 1, 3)).accumulators]).toEqual([0, 7])
  })
  it('counts a scalar once a sample when asked to', async () => {
    expect([...(await accumulate(operand([], 5), 1, 3)).accumulators]).toEqual([0, 15])
    expect([...(await accumulate(operand([], 5), 0, 3)).accumulators]).toEqual([0, 5])
  })
})

describe('sparse targets outside the classes', () => {
  it.each([-1, 3, Number.NaN, Number.POSITIVE_INFINITY])(
    'class %d of 3 gives NaN as loss and no gradient',
    async (label) => {
      for (const op of ['sparse_softmax_cross_entropy', 'sparse_categorical_cross_entropy']) {
        const prediction = operand([-1, 3], 0.2, 0.3, 0.5)
        const forward = await runKernel({
          kernel: op,
          samples: 1,
          inputs: [prediction, operand([-1, 1], label)],
          outputs: [[-1]],
        })
        expect([...(forward.outputs[0] as Float32Array)]).toEqual([Number.NaN])
        const inputs = [operand([-1], 1), prediction, operand([-1, 1], label)]
        const backward = await runKernel({ kernel: `${op}_gradient`, samples: 1, inputs, outputs: [[-1, 3]] })
        expect([...(backward.outputs[0] as Float32Array)]).toEqual([0, 0, 0])
      }
    },
  )
})
