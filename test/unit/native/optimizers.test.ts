import { describe, it } from 'vitest'
import { checkCase, type KernelCase, operand } from '../../support/kernel-case.ts'

const cases: KernelCase[] = [
  {
    name: 'sgd_update without momentum',
    call: {
      kernel: 'sgd_update',
      samples: 1,
      inputs: [operand([2], 1, 2), operand([2], 10, 20)],
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
      inputs: [operand([1], 1), operand([1], 10), operand([1], 4)],
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
      inputs: [operand([1], 1), operand([1], 10), operand([1], 4)],
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
      inputs: [operand([1], 1), operand([1], 2), operand([1], 8)],
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
      inputs: [operand([1], 1), operand([1], 2), operand([1], 8), operand([1], 1), operand([1], 2)],
      outputs: [[1], [1], [1], [1]],
      attributes: [1, 0.5, 0.5, 2, 1],
    },
    // v = 6, average = 2, denominator = 6 - 4 + 2 = 4, m = 0.5 + 0.1
    expected: [[0.4], [6], [0.6], [2]],
  },
  {
    name: 'adagrad_update',
    call: {
      kernel: 'adagrad_update',
      samples: 1,
      inputs: [operand([1], 1), operand([1], 3), operand([1], 6)],
      outputs: [[1], [1]],
      attributes: [1, 1],
    },
    // a = 6 + 9 = 15; 0.1 * 3 / sqrt(16)
    expected: [[0.925], [15]],
  },
  {
    name: 'lion_update steps by the sign and keeps the rest',
    call: {
      kernel: 'lion_update',
      samples: 1,
      inputs: [operand([3], 1, 1, 1), operand([3], 4, -4, 0), operand([3], -2, 2, 0)],
      outputs: [[3], [3]],
      attributes: [1, 0.5, 0.75],
    },
    expected: [
      [0.9, 1.1, 1],
      [-0.5, 0.5, 0],
    ],
  },
  {
    name: 'weight_decay_update',
    call: {
      kernel: 'weight_decay_update',
      samples: 1,
      inputs: [operand([2], 10, -4)],
      outputs: [[2]],
      attributes: [1, 0.5],
    },
    expected: [[9.5, -3.8]],
  },
  {
    name: 'accumulate_gradients makes the mean of three steps in the last',
    call: {
      kernel: 'accumulate_gradients',
      samples: 1,
      inputs: [operand([2], 3, -4), operand([2], 6, 1)],
      outputs: [[2]],
      attributes: [1, 3],
      iteration: 5,
    },
    expected: [[3, -1]],
  },
  {
    name: 'accumulate_gradients begins anew after it',
    call: {
      kernel: 'accumulate_gradients',
      samples: 1,
      inputs: [operand([2], 3, -4), operand([2], 6, 1)],
      outputs: [[2]],
      attributes: [1, 3],
      iteration: 6,
    },
    expected: [[6, 1]],
  },
  {
    name: 'weight_average_update is the weights themselves at first',
    call: {
      kernel: 'weight_average_update',
      samples: 1,
      inputs: [operand([2], 1, 2), operand([2], 5, 6)],
      outputs: [[2], [2]],
      attributes: [1, 0.75, 0, 1],
      iteration: 0,
    },
    expected: [
      [1, 2],
      [1, 2],
    ],
  },
  {
    name: 'weight_average_update overwrites the weights after every second update of two steps',
    call: {
      kernel: 'weight_average_update',
      samples: 1,
      inputs: [operand([2], 1, 2), operand([2], 5, 6)],
      outputs: [[2], [2]],
      attributes: [1, 0.75, 2, 2],
      iteration: 3,
    },
    expected: [
      [4, 5],
      [4, 5],
    ],
  },
  {
    name: 'clip_gradients by the norm of all together',
    call: {
      kernel: 'clip_gradients',
      samples: 1,
      inputs: [operand([2], 3, 0), operand([1], -4)],
      outputs: [[2], [1]],
      attributes: [2, 2, 1],
    },
    expected: [[0.6, 0], [-0.8]],
  },
  {
    name: 'weight_constraint_update to a norm of at most 2.5 for each unit',
    call: {
      kernel: 'weight_constraint_update',
      samples: 1,
      inputs: [operand([2, 2], 3, 1, 4, 0)],
      outputs: [[2, 2]],
      attributes: [1, 1, 2.5],
    },
    expected: [[1.5, 1, 2, 0]],
  },
  {
    name: 'adam_update: the first step moves each weight by the learning rate',
    call: {
      kernel: 'adam_update',
      samples: 1,
      inputs: [
        operand([2], 1, 1),
        operand([1], 3),
        operand([2], 5, -1000),
        operand([1], 0.01),
        operand([2], 0, 0),
        operand([1], 0),
        operand([2], 0, 0),
        operand([1], 0),
      ],
      outputs: [[2], [1], [2], [1], [2], [1]],
      attributes: [2, 0.9, 0.999, 1e-12],
    },
    expected: [[0.9, 1.1], [2.9], [0.5, -100], [0.001], [0.025, 1000], [1e-7]],
  },
]

describe('numbers worked by hand', () => {
  it.each(cases)('$name', checkCase)
})
