import { describe, expect, it } from 'vitest'
import { philox4x32 } from '../../../engine/base/rng.ts'
import { checkCase, type KernelCase, operand } from '../../support/kernel-case.ts'
import { runKernel } from '../../support/native-program.ts'

function softmax(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + Math.exp(value), 0)
  return values.map((value) => Math.exp(value) / total)
}

const cases: KernelCase[] = [
  {
    name: 'softmax of 2.1, 3.2, 1.5',
    call: { kernel: 'softmax', samples: 1, inputs: [operand([-1, 3], 2.1, 3.2, 1.5)], outputs: [[-1, 3]] },
    expected: [softmax([2.1, 3.2, 1.5])],
  },
  {
    name: 'softmax_gradient is y (dy - sum(dy y))',
    call: {
      kernel: 'softmax_gradient',
      samples: 1,
      inputs: [operand([-1, 2], 1, 3), operand([-1, 2], 0.25, 0.75)],
      outputs: [[-1, 2]],
    },
    expected: [[-0.375, 0.375]],
  },
  {
    name: 'activation relu',
    call: {
      kernel: 'activation',
      samples: 1,
      inputs: [operand([-1, 3], -1, 0, 2)],
      outputs: [[-1, 3]],
      attributes: [1, 0],
    },
    expected: [[0, 0, 2]],
  },
  {
    name: 'activation step counts zero as one',
    call: {
      kernel: 'activation',
      samples: 1,
      inputs: [operand([-1, 3], -1, 0, 2)],
      outputs: [[-1, 3]],
      attributes: [4, 0],
    },
    expected: [[0, 1, 1]],
  },
  {
    name: 'activation_gradient of tanh from its output',
    call: {
      kernel: 'activation_gradient',
      samples: 1,
      inputs: [operand([-1, 2], 2, 2), null, operand([-1, 2], 0.5, 0)],
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
      inputs: [operand([-1, 3], 5, 5, 5), null, operand([-1, 3], 0, 1, 0)],
      outputs: [[-1, 3]],
      attributes: [1, 0],
    },
    expected: [[0, 5, 0]],
  },
  {
    name: 'prelu',
    call: {
      kernel: 'prelu',
      samples: 2,
      inputs: [operand([-1, 2], -1, -2, 3, 4), operand([2], 0.5, 0.25)],
      outputs: [[-1, 2]],
    },
    expected: [[-0.5, -0.5, 3, 4]],
  },
  {
    name: 'prelu_gradient',
    call: {
      kernel: 'prelu_gradient',
      samples: 2,
      inputs: [operand([-1, 2], 1, 1, 1, 10), operand([-1, 2], -1, -2, -3, 4), operand([2], 0.5, 0.25)],
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
      inputs: [operand([-1, 2], 1, 2), operand([-1, 2], 10, 20), operand([-1, 2], 100, 200)],
      outputs: [[-1, 2]],
    },
    expected: [[111, 222]],
  },
  {
    name: 'subtract',
    call: {
      kernel: 'subtract',
      samples: 1,
      inputs: [operand([-1, 2], 1, 2), operand([-1, 2], 10, 30)],
      outputs: [[-1, 2]],
    },
    expected: [[-9, -28]],
  },
  {
    name: 'multiply',
    call: {
      kernel: 'multiply',
      samples: 1,
      inputs: [operand([-1, 2], 3, 2), operand([-1, 2], 10, -30)],
      outputs: [[-1, 2]],
    },
    expected: [[30, -60]],
  },
  {
    name: 'scale',
    call: { kernel: 'scale', samples: 1, inputs: [operand([-1, 2], 3, 2)], outputs: [[-1, 2]], attributes: [-0.5] },
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
      inputs: [operand([-1, 1, 2], 1, 2), operand([-1, 2, 2], 3, 4, 5, 6)],
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
      inputs: [operand([-1, 1], 1, 2), operand([-1, 2], 3, 4, 5, 6)],
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
      inputs: [operand([-1, 3], 1, 2, 3, 4, 5, 6)],
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
      inputs: [operand([-1, 3, 2], 1, 2, 3, 4, 5, 6)],
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
      inputs: [operand([-1, 1], 7, 8)],
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
      inputs: [operand([-1, 1], 1, 5), operand([1], 3), operand([1], 10), operand([1], 2), operand([1], 1)],
      outputs: [[-1, 1], [1], [1], [1], [1]],
      attributes: [0.9, 0, 0],
    },
    expected: [[7, 13], [3], [0.5], [0.9 * 2 + 0.1 * 3], [0.9 * 1 + 0.1 * 4]],
  },
  {
    name: 'batch_normalization without gamma and beta, then relu',
    call: {
      kernel: 'batch_normalization',
      samples: 2,
      inputs: [operand([-1, 1], 1, 5), null, null, operand([1], 2), operand([1], 1)],
      outputs: [[-1, 1], [1], [1], [1], [1]],
      attributes: [0.5, 0, 1],
    },
    expected: [[0, 1], [3], [0.5], [2.5], [2.5]],
  },
  {
    name: 'batch_normalization_gradient',
    call: {
      kernel: 'batch_normalization_gradient',
      samples: 3,
      inputs: [
        operand([-1, 1], 1, 0, 0),
        operand([-1, 1], -1, 0, 1),
        operand([1], 2),
        operand([1], 0),
        operand([1], 2),
      ],
      outputs: [[-1, 1], [1], [1]],
    },
    // z = -2, 0, 2; mean(dy) = 1/3; mean(dy z) = -2/3; dx = 4 (dy - 1/3 + 2/3 z)
    expected: [[4 * (2 / 3 - 4 / 3), 4 * (-1 / 3), 4 * (-1 / 3 + 4 / 3)], [-2], [1]],
  },
  {
    name: 'batch_normalization_max_pool: an odd last column counts in the mean only',
    call: {
      kernel: 'batch_normalization_max_pool',
      samples: 1,
      inputs: [
        operand([-1, 2, 3, 1], 1, 5, 3, 1, 5, 3),
        operand([1], -3),
        operand([1], 10),
        operand([1], 2),
        operand([1], 1),
      ],
      outputs: [[-1, 1, 1, 1], [1], [1], [1], [1]],
      attributes: [0.5, 4 / 3, 1],
    },
    // Variance 8 / 3; a negative gamma makes the smallest pixel the largest: 10 - 3 (1 - 3) / 2.
    expected: [[13], [3], [0.5], [2.5], [0.5 + 4 / 3]],
  },
  {
    name: 'batch_normalization_max_pool_gradient: to the first of equal pixels, and through the statistics to all',
    call: {
      kernel: 'batch_normalization_max_pool_gradient',
      samples: 1,
      inputs: [
        operand([-1, 1, 1, 1], 6),
        operand([-1, 2, 3, 1], 0, 1, 0, 1, -1, -1),
        operand([1], 2),
        operand([1], 1),
        operand([1], 0),
        operand([1], 1),
      ],
      outputs: [[-1, 2, 3, 1], [1], [1]],
      attributes: [1],
    },
    // mean(dy) = 1, mean(dy z) = 1: dx = 2 (dy - 1 - z)
    expected: [[-2, 8, -2, -4, 0, 0], [6], [6]],
  },
  {
    name: 'batch_normalization_inference',
    call: {
      kernel: 'batch_normalization_inference',
      samples: 1,
      inputs: [operand([-1, 2], 5, 6), operand([2], 2, 1), operand([2], 1, 0), operand([2], 3, 6), operand([2], 4, 1)],
      outputs: [[-1, 2]],
      attributes: [0],
    },
    expected: [[3, 0]],
  },
]

describe('numbers worked by hand', () => {
  it.each(cases)('$name', checkCase)
})

describe('the largest of a row', () => {
  const row = (length: number) => Array.from({ length }, (_, index) => Math.sin(index * 7))
  const largest = async (values: number[]) => {
    const input = operand([-1, values.length], ...values)
    const { outputs } = await runKernel({ kernel: 'reduce_max', samples: 1, inputs: [input], outputs: [[-1, 1]] })
    return (outputs[0] as Float32Array)[0]
  }

  it.each([1, 15, 16, 17, 63, 64, 65, 200])('of %d numbers is found wherever it stands', async (length) => {
    for (let at = 0; at < length; at += 1) expect(await largest(row(length).with(at, 3))).toBe(3)
  })

  it.each([1, 17, 65, 200])('is not a number wherever one of %d is none', async (length) => {
    for (let at = 0; at < length; at += 1) expect(await largest(row(length).with(at, Number.NaN))).toBe(Number.NaN)
  })
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
    const x = operand([-1, 5], 1, 2, 3, 4, 5)
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
