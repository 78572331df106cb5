/** An operand: dimensions as in `Program.values` (-1 = samples), and what it holds. */
export interface OperandCase {
  shape: readonly number[]
  /** Uniform numbers between these; default -2 and 2. */
  between?: readonly [number, number]
  /** Whole numbers instead. */
  whole?: true
  /** Bytes that are read or written of it each time; default all of it once. */
  share?: number
}

/** One kernel alone, at a size of which every operand that grows takes a part. */
export interface KernelCase {
  group: string
  name: string
  kernel: string
  attributes?: readonly number[]
  inputs: readonly (OperandCase | null)[]
  /** A number: the input that is written over. */
  outputs: readonly (OperandCase | number | null)[]
}

/** Features of a row: no power of two, not a whole number of vectors. */
const F = 500
const rows: OperandCase = { shape: [-1, F] }
const positive: OperandCase = { shape: [-1, F], between: [0.05, 0.95] }
const vector: OperandCase = { shape: [F] }
const scale: OperandCase = { shape: [F], between: [0.5, 1.5] }
/** Numbers as parameters have them: grown by `sized`, for they have no batch. */
const parameter: OperandCase = { shape: [] }
const slot: OperandCase = { shape: [], between: [0.01, 1] }

const unary = (group: string, name: string, kernel: string, attributes: readonly number[] = []): KernelCase => ({
  group,
  name,
  kernel,
  attributes,
  inputs: [rows],
  outputs: [rows],
})

/** Indices of docs/ops.md. */
const activations = { relu: 1, sigmoid: 2, tanh: 3, elu: 6, gelu: 8, softplus: 9, silu: 10, gelu_tanh: 11, mish: 13, exponential: 17 } // biome-ignore format: one list

const elementwise: readonly KernelCase[] = [
  ...Object.entries(activations).map(([name, index]) => unary('elementwise', name, 'activation', [index, 1])),
  ...Object.entries({ relu: 1, sigmoid: 2, tanh: 3 }).map(([name, index]) => ({
    group: 'elementwise',
    name: `gradient of ${name}`,
    kernel: 'activation_gradient',
    attributes: [index, 1],
    inputs: [rows, null, positive],
    outputs: [rows],
  })),
  ...Object.entries({ gelu: 8, silu: 10, softplus: 9 }).map(([name, index]) => ({
    group: 'elementwise',
    name: `gradient of ${name}`,
    kernel: 'activation_gradient',
    attributes: [index, 1],
    inputs: [rows, rows, null],
    outputs: [rows],
  })),
  { group: 'elementwise', name: 'add', kernel: 'add', inputs: [rows, rows], outputs: [rows] },
  { group: 'elementwise', name: 'add of four', kernel: 'add', inputs: [rows, rows, rows, rows], outputs: [rows] },
  { group: 'elementwise', name: 'multiply', kernel: 'multiply', inputs: [rows, rows], outputs: [rows] },
  unary('elementwise', 'scale', 'scale', [0.5]),
  { group: 'elementwise', name: 'dropout', kernel: 'dropout', attributes: [0.2, 7], inputs: [rows], outputs: [rows, rows] }, // biome-ignore format: as the others
  { group: 'elementwise', name: 'random_normal', kernel: 'random_normal', attributes: [0, 1, 7], inputs: [], outputs: [rows] }, // biome-ignore format: as the others
]

const update = (name: string, kernel: string, slots: number, attributes: readonly number[]): KernelCase => ({
  group: 'update',
  name,
  kernel,
  attributes: [1, ...attributes],
  inputs: [parameter, parameter, ...Array<OperandCase>(slots).fill(slot)],
  outputs: [0, ...Array.from({ length: slots }, (_, index) => 2 + index)],
})

const updates: readonly KernelCase[] = [
  update('SGD', 'sgd_update', 0, [0, 0]),
  update('SGD with momentum', 'sgd_update', 1, [0.9, 0]),
  update('SGD, Nesterov', 'sgd_update', 1, [0.9, 1]),
  update('Adam', 'adam_update', 2, [0.9, 0.999, 1e-7]),
  update('AMSGrad', 'amsgrad_update', 3, [0.9, 0.999, 1e-7]),
  update('RMSprop', 'rmsprop_update', 1, [0.9, 0, 1e-7, 0]),
  update('Adagrad', 'adagrad_update', 1, [1e-7]),
  update('Lion', 'lion_update', 1, [0.9, 0.99]),
]

const statistics: OperandCase = { shape: [-1], between: [0.5, 1.5] }
const pixels: OperandCase = { shape: [-1, 8, 8, 64] }
const channels: OperandCase = { shape: [64], between: [0.5, 1.5] }

const normalizations: readonly KernelCase[] = [
  {
    group: 'normalization',
    name: 'layer normalization',
    kernel: 'layer_normalization',
    attributes: [1e-3],
    inputs: [rows, scale, vector],
    outputs: [rows, statistics, statistics],
  },
  {
    group: 'normalization',
    name: 'its gradient',
    kernel: 'layer_normalization_gradient',
    inputs: [rows, rows, scale, statistics, statistics],
    outputs: [rows, vector, vector],
  },
  {
    group: 'normalization',
    name: 'RMS normalization',
    kernel: 'rms_normalization',
    attributes: [1e-3],
    inputs: [rows, scale],
    outputs: [rows, statistics],
  },
  {
    group: 'normalization',
    name: 'batch normalization of 64 channels',
    kernel: 'batch_normalization',
    attributes: [0.99, 1e-3, 0],
    inputs: [{ ...pixels, share: 2 }, channels, channels, channels, channels],
    outputs: [pixels, channels, channels, 3, 4],
  },
  {
    group: 'normalization',
    name: 'its gradient',
    kernel: 'batch_normalization_gradient',
    inputs: [{ ...pixels, share: 2 }, { ...pixels, share: 2 }, channels, channels, channels],
    outputs: [pixels, channels, channels],
  },
  {
    group: 'normalization',
    name: 'group normalization, 8 groups',
    kernel: 'group_normalization',
    attributes: [8, 1e-3],
    inputs: [{ ...pixels, share: 2 }, channels, channels],
    outputs: [pixels, { shape: [-1, 8] }, { shape: [-1, 8] }],
  },
]

const few: OperandCase = { shape: [-1, 10] }
const softmaxes: readonly KernelCase[] = [
  unary('softmax', `softmax of ${F}`, 'softmax'),
  { group: 'softmax', name: 'its gradient', kernel: 'softmax_gradient', inputs: [rows, positive], outputs: [rows] },
  { group: 'softmax', name: 'softmax of 10', kernel: 'softmax', inputs: [few], outputs: [few] },
  unary('softmax', `log softmax of ${F}`, 'log_softmax'),
  {
    group: 'softmax',
    name: 'cross-entropy of 10, class numbers',
    kernel: 'sparse_softmax_cross_entropy',
    inputs: [few, { shape: [-1, 1], between: [0, 10], whole: true }],
    outputs: [statistics],
  },
]

/** 2 MiB of rows, of which every sample takes twenty. */
const table: OperandCase = { shape: [8192, 64], share: 0 }
const ids: OperandCase = { shape: [-1, 20], between: [0, 8192], whole: true }
const embedded: OperandCase = { shape: [-1, 20, 64] }
const embeddings: readonly KernelCase[] = [
  // What is read of the table is as much as is written.
  { group: 'embedding', name: 'embedding of 64', kernel: 'embedding', inputs: [ids, table], outputs: [{ ...embedded, share: 2 }] }, // biome-ignore format: as the others
  {
    group: 'embedding',
    name: 'its gradient',
    kernel: 'embedding_gradient',
    inputs: [embedded, ids],
    outputs: [{ ...table, share: 1 }],
  },
]

const reductions: readonly KernelCase[] = [
  { group: 'reduction', name: 'sum of each row', kernel: 'reduce_sum', inputs: [rows], outputs: [{ shape: [-1, 1] }] },
  { group: 'reduction', name: 'largest of each row', kernel: 'reduce_max', inputs: [rows], outputs: [{ shape: [-1, 1] }] }, // biome-ignore format: as the others
  { group: 'reduction', name: 'mean over pixels', kernel: 'reduce_sum', inputs: [pixels], outputs: [{ shape: [-1, 1, 1, 64] }] }, // biome-ignore format: as the others
  { group: 'reduction', name: 'mean squared error', kernel: 'mean_squared_error', inputs: [rows, rows], outputs: [statistics] }, // biome-ignore format: as the others
]

/** Kernels that move numbers rather than multiply matrices. */
export const kernelCases: readonly KernelCase[] = [
  ...elementwise,
  ...updates,
  ...normalizations,
  ...softmaxes,
  ...embeddings,
  ...reductions,
]
