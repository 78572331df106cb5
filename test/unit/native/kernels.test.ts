import { describe, expect, it } from 'vitest'
import { philox4x32 } from '../../../engine/base/rng.ts'
import type { Shape } from '../../../engine/base/shape.ts'
import { type KernelCall, type Operand, runKernel } from '../../support/native-program.ts'

const of = (shape: Shape, ...data: number[]): Operand => ({ shape, data })

interface Case {
  name: string
  call: KernelCall
  expected: number[][]
}

/** Numbers worked by hand. */
const cases: Case[] = [
  {
    name: 'softmax of 2.1, 3.2, 1.5',
    call: { kernel: 'softmax', samples: 1, inputs: [of([-1, 3], 2.1, 3.2, 1.5)], outputs: [[-1, 3]] },
    expected: [softmax([2.1, 3.2, 1.5])],
  },
  {
    name: 'softmax_gradient is y (dy - sum(dy y))',
    call: {
      kernel: 'softmax_gradient',
      samples: 1,
      inputs: [of([-1, 2], 1, 3), of([-1, 2], 0.25, 0.75)],
      outputs: [[-1, 2]],
    },
    expected: [[-0.375, 0.375]],
  },
  {
    name: 'activation relu',
    call: { kernel: 'activation', samples: 1, inputs: [of([-1, 3], -1, 0, 2)], outputs: [[-1, 3]], attributes: [1, 0] },
    expected: [[0, 0, 2]],
  },
  {
    name: 'activation step counts zero as one',
    call: { kernel: 'activation', samples: 1, inputs: [of([-1, 3], -1, 0, 2)], outputs: [[-1, 3]], attributes: [4, 0] },
    expected: [[0, 1, 1]],
  },
  {
    name: 'activation_gradient of tanh from its output',
    call: {
      kernel: 'activation_gradient',
      samples: 1,
      inputs: [of([-1, 2], 2, 2), null, of([-1, 2], 0.5, 0)],
      outputs: [[-1, 2]],
      attributes: [3, 0],
    },
    expected: [[1.5, 2]],
  },
  {
    name: 'activation_gradient of relu is 0 at 0',
    call: {
      kernel: 'activation_gradient',
      samples: 1,
      inputs: [of([-1, 3], 5, 5, 5), null, of([-1, 3], 0, 1, 0)],
      outputs: [[-1, 3]],
      attributes: [1, 0],
    },
    expected: [[0, 5, 0]],
  },
  {
    name: 'prelu',
    call: { kernel: 'prelu', samples: 2, inputs: [of([-1, 2], -1, -2, 3, 4), of([2], 0.5, 0.25)], outputs: [[-1, 2]] },
    expected: [[-0.5, -0.5, 3, 4]],
  },
  {
    name: 'prelu_gradient',
    call: {
      kernel: 'prelu_gradient',
      samples: 2,
      inputs: [of([-1, 2], 1, 1, 1, 10), of([-1, 2], -1, -2, -3, 4), of([2], 0.5, 0.25)],
      outputs: [[-1, 2], [2]],
    },
    expected: [
      [0.5, 0.25, 0.5, 10],
      [-4, -2],
    ],
  },
  {
    name: 'add of three terms',
    call: {
      kernel: 'add',
      samples: 1,
      inputs: [of([-1, 2], 1, 2), of([-1, 2], 10, 20), of([-1, 2], 100, 200)],
      outputs: [[-1, 2]],
    },
    expected: [[111, 222]],
  },
  {
    name: 'subtract',
    call: { kernel: 'subtract', samples: 1, inputs: [of([-1, 2], 1, 2), of([-1, 2], 10, 30)], outputs: [[-1, 2]] },
    expected: [[-9, -28]],
  },
  {
    name: 'multiply',
    call: { kernel: 'multiply', samples: 1, inputs: [of([-1, 2], 3, 2), of([-1, 2], 10, -30)], outputs: [[-1, 2]] },
    expected: [[30, -60]],
  },
  {
    name: 'scale',
    call: { kernel: 'scale', samples: 1, inputs: [of([-1, 2], 3, 2)], outputs: [[-1, 2]], attributes: [-0.5] },
    expected: [[-1.5, -1]],
  },
  {
    name: 'fill',
    call: { kernel: 'fill', samples: 1, inputs: [], outputs: [[3]], attributes: [2.5] },
    expected: [[2.5, 2.5, 2.5]],
  },
  {
    name: 'concatenate along the middle axis',
    call: {
      kernel: 'concatenate',
      samples: 1,
      inputs: [of([-1, 1, 2], 1, 2), of([-1, 2, 2], 3, 4, 5, 6)],
      outputs: [[-1, 3, 2]],
      attributes: [1],
    },
    expected: [[1, 2, 3, 4, 5, 6]],
  },
  {
    name: 'concatenate along the last axis',
    call: {
      kernel: 'concatenate',
      samples: 2,
      inputs: [of([-1, 1], 1, 2), of([-1, 2], 3, 4, 5, 6)],
      outputs: [[-1, 3]],
      attributes: [1],
    },
    expected: [[1, 3, 4, 2, 5, 6]],
  },
  {
    name: 'slice',
    call: {
      kernel: 'slice',
      samples: 2,
      inputs: [of([-1, 3], 1, 2, 3, 4, 5, 6)],
      outputs: [[-1, 2]],
      attributes: [1, 1],
    },
    expected: [[2, 3, 5, 6]],
  },
  {
    name: 'slice along the middle axis',
    call: {
      kernel: 'slice',
      samples: 1,
      inputs: [of([-1, 3, 2], 1, 2, 3, 4, 5, 6)],
      outputs: [[-1, 1, 2]],
      attributes: [1, 1],
    },
    expected: [[3, 4]],
  },
  {
    name: 'pad_slice',
    call: {
      kernel: 'pad_slice',
      samples: 2,
      inputs: [of([-1, 1], 7, 8)],
      outputs: [[-1, 3]],
      attributes: [1, 1],
    },
    expected: [[0, 7, 0, 0, 8, 0]],
  },
  {
    name: 'batch_normalization: biased variance, moving statistics by momentum',
    call: {
      kernel: 'batch_normalization',
      samples: 2,
      inputs: [of([-1, 1], 1, 5), of([1], 3), of([1], 10), of([1], 2), of([1], 1)],
      outputs: [[-1, 1], [1], [1], [1], [1]],
      attributes: [0.9, 0],
    },
    expected: [[7, 13], [3], [0.5], [0.9 * 2 + 0.1 * 3], [0.9 * 1 + 0.1 * 4]],
  },
  {
    name: 'batch_normalization without gamma and beta',
    call: {
      kernel: 'batch_normalization',
      samples: 2,
      inputs: [of([-1, 1], 1, 5), null, null, of([1], 2), of([1], 1)],
      outputs: [[-1, 1], [1], [1], [1], [1]],
      attributes: [0.5, 0],
    },
    expected: [[-1, 1], [3], [0.5], [2.5], [2.5]],
  },
  {
    name: 'batch_normalization_gradient',
    call: {
      kernel: 'batch_normalization_gradient',
      samples: 3,
      inputs: [of([-1, 1], 1, 0, 0), of([-1, 1], -1, 0, 1), of([1], 2), of([1], 0), of([1], 2)],
      outputs: [[-1, 1], [1], [1]],
    },
    // z = -2, 0, 2; mean(dy) = 1/3; mean(dy z) = -2/3; dx = 4 (dy - 1/3 + 2/3 z)
    expected: [[4 * (2 / 3 - 4 / 3), 4 * (-1 / 3), 4 * (-1 / 3 + 4 / 3)], [-2], [1]],
  },
  {
    name: 'batch_normalization_inference',
    call: {
      kernel: 'batch_normalization_inference',
      samples: 1,
      inputs: [of([-1, 2], 5, 6), of([2], 2, 1), of([2], 1, 0), of([2], 3, 6), of([2], 4, 1)],
      outputs: [[-1, 2]],
      attributes: [0],
    },
    expected: [[3, 0]],
  },
  ...loss('mean_squared_error', of([-1, 2], 1, 3), of([-1, 2], 0, 5), [2.5], [1, -2]),
  ...loss('mean_absolute_error', of([-1, 3], 1, 3, 2), of([-1, 3], 0, 5, 2), [1], [1 / 3, -1 / 3, 0]),
  ...loss(
    'binary_cross_entropy',
    of([-1, 2], 0.75, 0.5),
    of([-1, 2], 1, 0),
    [(-Math.log(0.75) - Math.log(0.5)) / 2],
    [-2 / 3, 1],
  ),
  ...loss('binary_cross_entropy', of([-1, 1], 0), of([-1, 1], 1), [-Math.log(1e-7)], [0]),
  // 1, 1, 2 have the sum 4: q = 1/4, 1/4, 1/2
  ...loss('categorical_cross_entropy', of([-1, 3], 1, 1, 2), of([-1, 3], 0, 0, 1), [Math.LN2], [0.25, 0.25, -0.25]),
  ...loss('sparse_categorical_cross_entropy', of([-1, 3], 1, 1, 2), of([-1, 1], 2), [Math.LN2], [0.25, 0.25, -0.25]),
  ...loss('sigmoid_cross_entropy', of([-1, 2], 0, 100), of([-1, 2], 1, 0), [(Math.LN2 + 100) / 2], [-0.25, 0.5]),
  ...loss('softmax_cross_entropy', of([-1, 2], 0, Math.log(3)), of([-1, 2], 1, 0), [Math.log(4)], [-0.75, 0.75]),
  ...loss('softmax_cross_entropy', of([-1, 2], 1000, -1000), of([-1, 2], 0, 1), [2000], [1, -1]),
  ...loss(
    'sparse_softmax_cross_entropy',
    of([-1, 2], 0, Math.log(3)),
    of([-1, 1], 1),
    [-Math.log(0.75)],
    [0.25, -0.25],
  ),
  {
    name: 'batch_mean divides by the batch at hand, not by the capacity',
    call: { kernel: 'batch_mean', samples: 2, batchCapacity: 8, inputs: [of([-1], 1, 4)], outputs: [[]] },
    expected: [[2.5]],
  },
  {
    name: 'batch_mean_gradient',
    call: { kernel: 'batch_mean_gradient', samples: 4, inputs: [of([], 2)], outputs: [[-1]] },
    expected: [[0.5, 0.5, 0.5, 0.5]],
  },
  {
    name: 'l1_penalty of a weight 10, factor 1',
    call: { kernel: 'l1_penalty', samples: 1, inputs: [of([1], -10)], outputs: [[]], attributes: [1] },
    expected: [[10]],
  },
  {
    name: 'l2_penalty of a weight 10, factor 1',
    call: { kernel: 'l2_penalty', samples: 1, inputs: [of([1], 10)], outputs: [[]], attributes: [1] },
    expected: [[100]],
  },
  {
    name: 'l1_penalty_gradient',
    call: {
      kernel: 'l1_penalty_gradient',
      samples: 1,
      inputs: [of([], 2), of([3], -3, 0, 5)],
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
      inputs: [of([], 2), of([2], -3, 5)],
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
      inputs: [of([-1, 3], 0.4, 0.4, 0.2, 0.1, 0.2, 0.7), of([-1, 3], 1, 0, 0, 0, 1, 0)],
      outputs: [[-1]],
    },
    expected: [[1, 0]],
  },
  {
    name: 'sparse_categorical_accuracy',
    call: {
      kernel: 'sparse_categorical_accuracy',
      samples: 2,
      inputs: [of([-1, 2], 0.4, 0.6, 0.9, 0.1), of([-1, 1], 1, 1)],
      outputs: [[-1]],
    },
    expected: [[1, 0]],
  },
  {
    name: 'binary_accuracy',
    call: {
      kernel: 'binary_accuracy',
      samples: 1,
      inputs: [of([-1, 4], 0.5, 0.6, 0.4, 0.9), of([-1, 4], 1, 1, 0, 1)],
      outputs: [[-1]],
      attributes: [0.5],
    },
    expected: [[0.75]],
  },
  {
    name: 'sgd_update without momentum',
    call: {
      kernel: 'sgd_update',
      samples: 1,
      inputs: [of([2], 1, 2), of([2], 10, 20)],
      outputs: [[2]],
      attributes: [1, 0, 0],
    },
    expected: [[0, 0]],
  },
  {
    name: 'sgd_update with momentum',
    call: {
      kernel: 'sgd_update',
      samples: 1,
      inputs: [of([1], 1), of([1], 10), of([1], 4)],
      outputs: [[1], [1]],
      attributes: [1, 0.5, 0],
    },
    expected: [[2], [1]],
  },
  {
    name: 'sgd_update with Nesterov momentum',
    call: {
      kernel: 'sgd_update',
      samples: 1,
      inputs: [of([1], 1), of([1], 10), of([1], 4)],
      outputs: [[1], [1]],
      attributes: [1, 0.5, 1],
    },
    expected: [[0.5], [1]],
  },
  {
    name: 'rmsprop_update',
    call: {
      kernel: 'rmsprop_update',
      samples: 1,
      inputs: [of([1], 1), of([1], 2), of([1], 8)],
      outputs: [[1], [1]],
      attributes: [1, 0.5, 0, 10, 0],
    },
    // v = 4 + 2 = 6; 0.1 * 2 / sqrt(16)
    expected: [[0.95], [6]],
  },
  {
    name: 'rmsprop_update, centred, with momentum',
    call: {
      kernel: 'rmsprop_update',
      samples: 1,
      inputs: [of([1], 1), of([1], 2), of([1], 8), of([1], 1), of([1], 2)],
      outputs: [[1], [1], [1], [1]],
      attributes: [1, 0.5, 0.5, 2, 1],
    },
    // v = 6, average = 2, denominator = 6 - 4 + 2 = 4, m = 0.5 + 0.1
    expected: [[0.4], [6], [0.6], [2]],
  },
  {
    name: 'adam_update: the first step moves each weight by the learning rate',
    call: {
      kernel: 'adam_update',
      samples: 1,
      inputs: [
        of([2], 1, 1),
        of([1], 3),
        of([2], 5, -1000),
        of([1], 0.01),
        of([2], 0, 0),
        of([1], 0),
        of([2], 0, 0),
        of([1], 0),
      ],
      outputs: [[2], [1], [2], [1], [2], [1]],
      attributes: [2, 0.9, 0.999, 1e-12],
    },
    expected: [[0.9, 1.1], [2.9], [0.5, -100], [0.001], [0.025, 1000], [1e-7]],
  },
]

function softmax(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + Math.exp(value), 0)
  return values.map((value) => Math.exp(value) / total)
}

function loss(op: string, prediction: Operand, target: Operand, losses: number[], gradients: number[]): Case[] {
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
        inputs: [of([-1], 2), prediction, target],
        outputs: [prediction.shape],
      },
      expected: [gradients.map((value) => value * 2)],
    },
  ]
}

describe('numbers worked by hand', () => {
  it.each(cases)('$name', async ({ call, expected }) => {
    const { outputs } = await runKernel(call)
    for (const [index, wanted] of expected.entries()) {
      const actual = outputs[index] as Float32Array
      expect(actual.length).toBe(wanted.length)
      // Float32 of a few operations: four units in the last place.
      for (const [i, value] of wanted.entries())
        expect(Math.abs((actual[i] as number) - value)).toBeLessThanOrEqual(5e-7 * Math.max(Math.abs(value), 1e-3))
    }
  })
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
    expect([...(await accumulate(of([-1], 1, 2, 4), 1, 3)).accumulators]).toEqual([0, 7])
  })
  it('counts a scalar once a sample when asked to', async () => {
    expect([...(await accumulate(of([], 5), 1, 3)).accumulators]).toEqual([0, 15])
    expect([...(await accumulate(of([], 5), 0, 3)).accumulators]).toEqual([0, 5])
  })
})

describe('sparse targets outside the classes', () => {
  it.each([-1, 3, Number.NaN, Number.POSITIVE_INFINITY])(
    'class %d of 3 gives NaN as loss and no gradient',
    async (label) => {
      for (const op of ['sparse_softmax_cross_entropy', 'sparse_categorical_cross_entropy']) {
        const prediction = of([-1, 3], 0.2, 0.3, 0.5)
        const forward = await runKernel({
          kernel: op,
          samples: 1,
          inputs: [prediction, of([-1, 1], label)],
          outputs: [[-1]],
        })
        expect([...(forward.outputs[0] as Float32Array)]).toEqual([Number.NaN])
        const inputs = [of([-1], 1), prediction, of([-1, 1], label)]
        const backward = await runKernel({ kernel: `${op}_gradient`, samples: 1, inputs, outputs: [[-1, 3]] })
        expect([...(backward.outputs[0] as Float32Array)]).toEqual([0, 0, 0])
      }
    },
  )
})

describe('dropout', () => {
  it('draws element e from word e % 4 of Philox block e / 4', async () => {
    const seed = 2 ** 40 + 7
    const [rate, stream, iteration, features] = [0.3, 1003, 5, 37]
    const x = Float32Array.from({ length: 3 * features }, (_, i) => i + 1)
    const { outputs } = await runKernel({
      kernel: 'dropout',
      samples: 3,
      inputs: [{ shape: [-1, features], data: x }],
      outputs: [
        [-1, features],
        [-1, features],
      ],
      attributes: [rate, stream],
      seed,
      iteration,
    })
    const [y, mask] = outputs as [Float32Array, Float32Array]
    const kept = Math.fround(1 / (1 - Math.fround(rate)))
    for (let e = 0; e < x.length; e += 1) {
      const words = philox4x32([Math.floor(e / 4), iteration, stream, 0], [seed >>> 0, Math.floor(seed / 2 ** 32)])
      const u = ((words[e % 4] as number) >>> 8) * 2 ** -24
      const wanted = u >= Math.fround(rate) ? kept : 0
      expect(Math.abs((mask[e] as number) - wanted)).toBeLessThanOrEqual(2e-7)
      expect(y[e]).toBe(Math.fround((x[e] as number) * (mask[e] as number)))
    }
  })

  it('with rate 0 keeps everything', async () => {
    const x = of([-1, 5], 1, 2, 3, 4, 5)
    const { outputs } = await runKernel({
      kernel: 'dropout',
      samples: 1,
      inputs: [x],
      outputs: [
        [-1, 5],
        [-1, 5],
      ],
      attributes: [0, 1],
    })
    expect([...(outputs[0] as Float32Array)]).toEqual([1, 2, 3, 4, 5])
  })
})
