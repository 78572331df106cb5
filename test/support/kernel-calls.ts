import { Random } from '../../engine/base/rng.ts'
import type { Shape } from '../../engine/base/shape.ts'
import { type KernelCall, type Operand, randomOperand } from './native-program.ts'

const random = new Random(5, 9)

const N = 401
const F = 131
const C = 257
const wide: Shape = [-1, F]
const weight: Shape = [F, C]
const averaging = [3, 2, 2, 1, 1, 1, 0, 0]

const x = (shape: Shape, least = -2, most = 2): Operand => randomOperand(shape, N, random, least, most)
const classes = (count: number): Operand => ({
  shape: [-1, 1],
  data: Float32Array.from({ length: N }, () => random.integer(count)),
})
const probability = (shape: Shape) => x(shape, 0.01, 0.99)
const g = () => x([-1])
const normal = () => [x(wide), x([F]), x([F]), x([F]), x([F], 0.5, 1)]

type Rest = Omit<KernelCall, 'kernel' | 'samples' | 'batchCapacity' | 'threads'>

function twice(kernel: string, prediction: () => Operand, target: () => Operand): Record<string, Rest> {
  return {
    [kernel]: { inputs: [prediction(), target()], outputs: [[-1]] },
    [`${kernel}_gradient`]: { inputs: [g(), prediction(), target()], outputs: [wide] },
  }
}

const parameters = (slots: number) => {
  const shapes: Shape[] = [weight, [C], [C, C]]
  const positive = (shape: Shape) => x(shape, 0.1, 1)
  return {
    inputs: [...shapes.map((s) => x(s)), ...shapes.map((s) => x(s)), ...Array(slots).fill(shapes).flat().map(positive)],
    outputs: Array<Shape[]>(1 + slots)
      .fill(shapes)
      .flat(),
  }
}

/** Sequences long enough for many tiles, units that fill no whole vector, steps left out, inputs and states multiplied by factors. */
function recurrent(kernel: string, gates: number, tape: readonly number[]): Record<string, Rest> {
  const [steps, inputs, units] = [9, 5, 37]
  const sequences = (features: number): Shape => [-1, steps, features]
  const bias: Shape = gates === 3 ? [2, 3 * units] : [gates * units]
  const weights: Shape[] = [
    [inputs, gates * units],
    [units, gates * units],
  ]
  const given = () => [x(sequences(inputs)), ...weights.map((shape) => x(shape, -0.5, 0.5))]
  const taped = [units, ...tape].map(sequences)
  const gated = gates === 1 ? [] : gates === 3 ? [2, 1] : [2]
  const omitted = () => [classesLike([-1, steps]), x([-1, 1, inputs], 0, 2), x([-1, 1, units], 0, 2)]
  return {
    [kernel]: {
      inputs: [...given(), x(bias), null, null, null],
      outputs: [[-1, units], ...taped],
      attributes: [0, 1, 0, 0, ...gated],
    },
    [`${kernel}_gradient`]: {
      inputs: [x(sequences(units)), ...given(), ...taped.map((shape) => x(shape, 0.05, 0.95)), ...omitted()],
      outputs: [sequences(inputs), ...weights, bias],
      attributes: [1, 0, 0, 0, ...gated],
    },
  }
}

const overwritten = () => {
  const { inputs, outputs } = parameters(0)
  return { inputs: inputs.slice(0, 3), outputs }
}

/** Three parameters or sums, and as many gradients or averages. */
const pairs = () => {
  const { inputs, outputs } = parameters(0)
  return { inputs: inputs.slice(0, 6), outputs }
}

const labels = (): Operand => classesLike(wide)

/** Losses by what prediction and target they take. */
const meanLosses: Readonly<Record<string, readonly [() => Operand, () => Operand]>> = {
  mean_squared_logarithmic_error: [() => x(wide, 0.1, 2), () => x(wide, 0.1, 2)],
  mean_absolute_percentage_error: [() => x(wide), () => x(wide, 0.1, 2)],
  log_cosh: [() => x(wide), () => x(wide)],
  poisson: [() => x(wide, 0.1, 2), () => x(wide, 0.1, 2)],
  hinge: [() => x(wide), labels],
  squared_hinge: [() => x(wide), labels],
  perceptron: [() => x(wide), labels],
  categorical_hinge: [() => x(wide), () => probability(wide)],
  kl_divergence: [() => probability(wide), () => probability(wide)],
  cosine_similarity: [() => x(wide), () => x(wide)],
}

/** One call of every kernel on odd sizes, large enough for several tiles; the same numbers each time this module is loaded. */
export const kernelCalls: Readonly<Record<string, Rest>> = {
  dense: { inputs: [x(wide), x(weight), x([C])], outputs: [[-1, C]], attributes: [3, 0] },
  dense_input_gradient: { inputs: [x([-1, C]), x(weight), x(wide)], outputs: [wide], attributes: [1, 0] },
  dense_residual: { inputs: [x(wide), x(weight), x([C]), x([-1, C])], outputs: [[-1, C]], attributes: [3, 0] },
  dense_input_gradients: {
    inputs: [x(wide), x(wide), x([-1, C]), x(weight), x([-1, F]), x([F, F])],
    outputs: [wide],
    attributes: [1, 0],
  },
  dense_parameter_gradient: { inputs: [x(wide), x([-1, C])], outputs: [weight, [C]] },
  activation: { inputs: [x(wide)], outputs: [wide], attributes: [8, 0] },
  activation_gradient: { inputs: [x(wide), x(wide), null], outputs: [wide], attributes: [8, 0] },
  softmax: { inputs: [x(wide)], outputs: [wide] },
  softmax_gradient: { inputs: [x(wide), probability(wide)], outputs: [wide] },
  log_softmax: { inputs: [x(wide)], outputs: [wide] },
  log_softmax_gradient: { inputs: [x(wide), x(wide, -6, 0)], outputs: [wide] },
  prelu: { inputs: [x(wide), x([F])], outputs: [wide] },
  prelu_gradient: {
    inputs: [x([-1, 7, 65]), x([-1, 7, 65]), x([7, 65])],
    outputs: [
      [-1, 7, 65],
      [7, 65],
    ],
  },
  dropout: { inputs: [x(wide)], outputs: [wide, wide], attributes: [0.4, 1001] },
  random_normal: { inputs: [], outputs: [wide], attributes: [0.5, 2, 1001] },
  scale_channels: { inputs: [x([-1, 7, 65]), x([-1, 65])], outputs: [[-1, 7, 65]] },
  scale_channels_factor_gradient: { inputs: [x([-1, 7, 65]), x([-1, 7, 65])], outputs: [[-1, 65]] },
  interpolate: { inputs: [x([-1, 5, 19])], outputs: [[-1, 15, 19]], attributes: [1, 3] },
  interpolate_gradient: { inputs: [x([-1, 15, 19])], outputs: [[-1, 5, 19]], attributes: [1, 3] },
  add: { inputs: [x(wide), x(wide), x(wide)], outputs: [wide] },
  subtract: { inputs: [x(wide), x(wide)], outputs: [wide] },
  maximum: { inputs: [x(wide), x(wide)], outputs: [wide] },
  maximum_gradient: { inputs: [x(wide), x(wide), x(wide)], outputs: [wide, wide] },
  minimum: { inputs: [x(wide), x(wide)], outputs: [wide] },
  minimum_gradient: { inputs: [x(wide), x(wide), x(wide)], outputs: [wide, wide] },
  multiply: { inputs: [x(wide), x(wide)], outputs: [wide] },
  scale: { inputs: [x(wide)], outputs: [wide], attributes: [1.7] },
  fill: { inputs: [], outputs: [wide], attributes: [1.7] },
  concatenate: { inputs: [x(wide), x([-1, 3])], outputs: [[-1, F + 3]], attributes: [1] },
  slice: { inputs: [x(wide)], outputs: [[-1, F - 2]], attributes: [1, 1] },
  pad_slice: { inputs: [x([-1, F - 2])], outputs: [wide], attributes: [1, 1] },
  broadcast: { inputs: [x([-1, 1, 7])], outputs: [[-1, 19, 7]] },
  reduce_sum: { inputs: [x([-1, 19, 7])], outputs: [[-1, 1, 7]] },
  reduce_max: { inputs: [x([-1, 19, 7])], outputs: [[-1, 19, 1]] },
  reduce_max_gradient: {
    inputs: [x([-1, 19, 1]), classesLike([-1, 19, 7]), classesLike([-1, 19, 1])],
    outputs: [[-1, 19, 7]],
  },
  embedding: { inputs: [{ shape: [-1, 1], data: classes(C).data }, x([C, F])], outputs: [[-1, 1, F]] },
  embedding_gradient: { inputs: [x([-1, 1, F]), classes(37)], outputs: [[37, F]] },
  attention: {
    inputs: [x([-1, 50, 6]), x([-1, 261, 6]), x([-1, 261, 34]), classesLike([-1, 261])],
    outputs: [
      [-1, 50, 34],
      [-1, 2, 50],
    ],
    attributes: [2, 0.6, 0, 0.3, 1001],
  },
  attention_gradient: {
    inputs: [
      ...[x([-1, 50, 34]), x([-1, 50, 6]), x([-1, 261, 6]), x([-1, 261, 34]), null],
      ...[x([-1, 50, 34]), x([-1, 2, 50], 7, 8)],
    ],
    outputs: [
      [-1, 50, 6],
      [-1, 261, 6],
      [-1, 261, 34],
    ],
    attributes: [2, 0.6, 1, 0.3, 1001],
  },
  batch_matmul: { inputs: [x([-1, 9, 17]), x([-1, 5, 9])], outputs: [[-1, 17, 5]], attributes: [1, 1] },
  transpose: { inputs: [x([-1, 9, 5, 7])], outputs: [[-1, 7, 9, 5]], attributes: [4, 0, 3, 1, 2] },
  l2_normalize: { inputs: [x(wide)], outputs: [wide] },
  l2_normalize_gradient: { inputs: [x(wide), x(wide)], outputs: [wide] },
  divide_by_mean: { inputs: [x([-1]), classesLike([-1])], outputs: [[-1]] },
  any_not_equal: { inputs: [classesLike([-1, 57, 2])], outputs: [[-1, 57]], attributes: [0] },
  apply_mask: { inputs: [x([-1, 57, 3]), classesLike([-1, 57])], outputs: [[-1, 57, 3]] },
  masked_mean: { inputs: [x([-1, 19, 67]), classesLike([-1, 19])], outputs: [[-1, 67]] },
  masked_mean_gradient: { inputs: [x([-1, 67]), classesLike([-1, 19])], outputs: [[-1, 19, 67]] },
  batch_normalization: { inputs: normal(), outputs: [wide, [F], [F], [F], [F]], attributes: [0.99, 1e-3, 1] },
  batch_normalization_gradient: {
    inputs: [x(wide), x(wide), x([F]), x([F]), x([F], 0.5, 1)],
    outputs: [wide, [F], [F]],
  },
  batch_normalization_max_pool: {
    inputs: [x([-1, 9, 7, 19]), x([19]), x([19]), x([19]), x([19], 0.5, 1)],
    outputs: [[-1, 4, 3, 19], [19], [19], [19], [19]],
    attributes: [0.99, 1e-3, 1],
  },
  batch_normalization_max_pool_gradient: {
    inputs: [x([-1, 4, 3, 19]), x([-1, 9, 7, 19]), x([19]), x([19]), x([19]), x([19], 0.5, 1)],
    outputs: [[-1, 9, 7, 19], [19], [19]],
    attributes: [1],
  },
  masked_batch_normalization: {
    inputs: [x(wide), x([F]), x([F]), x([F]), x([F], 0.5, 1), classesLike([-1])],
    outputs: [wide, [F], [F], [F], [F]],
    attributes: [0.99, 1e-3],
  },
  masked_batch_normalization_gradient: {
    inputs: [x(wide), x(wide), x([F]), x([F]), x([F], 0.5, 1), classesLike([-1])],
    outputs: [wide, [F], [F]],
  },
  batch_normalization_inference: { inputs: normal(), outputs: [wide], attributes: [1e-3] },
  group_normalization: {
    inputs: [x([-1, 7, 66]), x([66]), x([66])],
    outputs: [
      [-1, 7, 66],
      [-1, 2],
      [-1, 2],
    ],
    attributes: [2, 1e-3],
  },
  group_normalization_gradient: {
    inputs: [x([-1, 7, 66]), x([-1, 7, 66]), x([66]), x([-1, 2]), x([-1, 2], 0.5, 1)],
    outputs: [[-1, 7, 66], [66], [66]],
    attributes: [2],
  },
  rms_normalization: { inputs: [x(wide), x([F])], outputs: [wide, [-1]], attributes: [1e-6] },
  rms_normalization_gradient: {
    inputs: [x(wide), x(wide), x([F]), x([-1], 0.5, 1)],
    outputs: [wide, [F]],
  },
  unit_normalization: { inputs: [x(wide)], outputs: [wide, [-1]] },
  unit_normalization_gradient: { inputs: [x(wide), x(wide), x([-1], 0.5, 1)], outputs: [wide] },
  layer_normalization: { inputs: [x(wide), x([F]), x([F])], outputs: [wide, [-1], [-1]], attributes: [1e-3] },
  layer_normalization_gradient: {
    inputs: [x(wide), x(wide), x([F]), x([-1]), x([-1], 0.5, 1)],
    outputs: [wide, [F], [F]],
  },
  ...twice(
    'mean_squared_error',
    () => x(wide),
    () => x(wide),
  ),
  ...twice(
    'mean_absolute_error',
    () => x(wide),
    () => x(wide),
  ),
  ...twice(
    'binary_cross_entropy',
    () => probability(wide),
    () => probability(wide),
  ),
  ...twice(
    'categorical_cross_entropy',
    () => probability(wide),
    () => probability(wide),
  ),
  ...twice(
    'sparse_categorical_cross_entropy',
    () => probability(wide),
    () => classes(F),
  ),
  ...twice(
    'sigmoid_cross_entropy',
    () => x(wide),
    () => probability(wide),
  ),
  ...twice(
    'softmax_cross_entropy',
    () => x(wide),
    () => probability(wide),
  ),
  ...twice(
    'sparse_softmax_cross_entropy',
    () => x(wide),
    () => classes(F),
  ),
  ...Object.assign(
    {},
    ...Object.entries(meanLosses).map(([name, [prediction, target]]) => twice(name, prediction, target)),
  ),
  huber: { inputs: [x(wide), x(wide)], outputs: [[-1]], attributes: [1] },
  huber_gradient: { inputs: [g(), x(wide), x(wide)], outputs: [wide], attributes: [1] },
  conv2d: {
    inputs: [x([-1, 9, 8, 3]), x([3, 2, 3, 37]), x([37])],
    outputs: [[-1, 9, 4, 37]],
    attributes: [1, 2, 1, 1, 1, 1, 0, 0, 1, 3, 0],
  },
  conv2d_transpose: {
    inputs: [x([-1, 4, 3, 5]), x([3, 2, 7, 5]), x([7])],
    outputs: [[-1, 9, 6, 7]],
    attributes: [2, 2, 1, 1, 0, 0, 0, 0, 1, 1, 0],
  },
  conv2d_input_gradient: {
    inputs: [x([-1, 9, 4, 35]), x([3, 2, 3, 35]), x([-1, 9, 8, 3])],
    outputs: [[-1, 9, 8, 3]],
    attributes: [1, 2, 1, 1, 1, 1, 0, 0, 1, 1, 0],
  },
  conv2d_parameter_gradient: {
    inputs: [x([-1, 9, 8, 6]), x([-1, 8, 7, 70])],
    outputs: [[2, 2, 3, 70], [70]],
    attributes: [1, 1, 1, 1, 0, 0, 0, 0, 2],
  },
  conv3d: {
    inputs: [x([-1, 4, 5, 4, 3]), x([3, 2, 3, 3, 19]), x([19])],
    outputs: [[-1, 4, 4, 2, 19]],
    attributes: [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1],
  },
  conv3d_transpose: {
    inputs: [x([-1, 2, 3, 2, 5]), x([3, 2, 3, 7, 5]), x([7])],
    outputs: [[-1, 5, 6, 5, 7]],
    attributes: [2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1],
  },
  conv3d_input_gradient: {
    inputs: [x([-1, 4, 4, 2, 19]), x([3, 2, 3, 3, 19])],
    outputs: [[-1, 4, 5, 4, 3]],
    attributes: [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1],
  },
  conv3d_parameter_gradient: {
    inputs: [x([-1, 4, 5, 4, 6]), x([-1, 3, 4, 3, 18])],
    outputs: [[2, 2, 2, 3, 18], [18]],
    attributes: [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 2],
  },
  depthwise_conv2d: {
    inputs: [x([-1, 6, 5, 19]), x([3, 3, 19, 1]), x([19])],
    outputs: [[-1, 6, 5, 19]],
    attributes: [1, 1, 1, 1, 1, 1, 1, 1],
  },
  depthwise_conv2d_input_gradient: {
    inputs: [x([-1, 6, 5, 38]), x([3, 3, 19, 2])],
    outputs: [[-1, 6, 5, 19]],
    attributes: [1, 1, 1, 1, 1, 1, 1, 1],
  },
  depthwise_conv2d_parameter_gradient: {
    inputs: [x([-1, 6, 5, 19]), x([-1, 6, 5, 19])],
    outputs: [[3, 3, 19, 1], [19]],
    attributes: [1, 1, 1, 1, 1, 1, 1, 1],
  },
  max_pool2d: { inputs: [x([-1, 7, 6, 17])], outputs: [[-1, 3, 5, 17]], attributes: [3, 2, 2, 1, 0, 0, 0, 0] },
  max_pool2d_gradient: {
    inputs: [x([-1, 3, 5, 17]), x([-1, 7, 6, 17])],
    outputs: [[-1, 7, 6, 17]],
    attributes: [3, 2, 2, 1, 0, 0, 0, 0, 1, 0],
  },
  average_pool2d: { inputs: [x([-1, 7, 6, 17])], outputs: [[-1, 4, 5, 17]], attributes: averaging },
  average_pool2d_gradient: { inputs: [x([-1, 4, 5, 9])], outputs: [[-1, 7, 6, 9]], attributes: averaging },
  upsample2d: { inputs: [x([-1, 5, 4, 17])], outputs: [[-1, 10, 12, 17]], attributes: [2, 3] },
  batch_mean: { inputs: [g()], outputs: [[]] },
  batch_mean_gradient: { inputs: [x([])], outputs: [[-1]] },
  l1_penalty: { inputs: [x([C, C])], outputs: [[]], attributes: [0.1] },
  l2_penalty: { inputs: [x([C, C])], outputs: [[]], attributes: [0.1] },
  l1_penalty_gradient: { inputs: [x([]), x([C, C])], outputs: [[C, C]], attributes: [0.1] },
  l2_penalty_gradient: { inputs: [x([]), x([C, C])], outputs: [[C, C]], attributes: [0.1] },
  categorical_accuracy: { inputs: [x(wide), x(wide)], outputs: [[-1]] },
  sparse_categorical_accuracy: { inputs: [x(wide), classes(F)], outputs: [[-1]] },
  top_k_categorical_accuracy: { inputs: [x(wide), x(wide)], outputs: [[-1]], attributes: [5] },
  sparse_top_k_categorical_accuracy: { inputs: [x(wide), classes(F)], outputs: [[-1]], attributes: [5] },
  binary_accuracy: { inputs: [x(wide), classesLike(wide)], outputs: [[-1]], attributes: [0.5] },
  accumulate: { inputs: [g()], outputs: [], attributes: [0, 1], accumulators: 1 },
  sgd_update: { ...parameters(1), attributes: [3, 0.9, 1] },
  rmsprop_update: { ...parameters(3), attributes: [3, 0.9, 0.5, 2, 1] },
  adagrad_update: { ...parameters(1), attributes: [3, 1e-7] },
  adadelta_update: { ...parameters(2), attributes: [3, 0.95, 1e-7] },
  adamax_update: { ...parameters(2), attributes: [3, 0.9, 0.999, 1e-7], iteration: 3 },
  amsgrad_update: { ...parameters(3), attributes: [3, 0.9, 0.999, 1e-7], iteration: 3 },
  nadam_update: { ...parameters(2), attributes: [3, 0.9, 0.999, 1e-7], iteration: 3 },
  radam_update: { ...parameters(2), attributes: [3, 0.9, 0.999, 1e-7], iteration: 30 },
  lion_update: { ...parameters(1), attributes: [3, 0.9, 0.99] },
  weight_decay_update: { ...overwritten(), attributes: [3, 0.1] },
  accumulate_class_counts: {
    inputs: [x([-1, 5]), classes(5)],
    outputs: [],
    attributes: [1],
    accumulators: 16,
  },
  accumulate_threshold_counts: {
    inputs: [{ shape: [-1, 1], data: x([-1, 1], 0, 1).data }, classes(2)],
    outputs: [],
    attributes: [2, 200],
    accumulators: 400,
  },
  accumulate_gradients: { ...pairs(), attributes: [3, 2], iteration: 3 },
  weight_average_update: {
    inputs: pairs().inputs,
    outputs: [...pairs().outputs, ...pairs().outputs],
    attributes: [3, 0.9, 2, 1],
    iteration: 3,
  },
  weight_constraint_update: { ...overwritten(), attributes: [3, 1, 2] },
  clip_gradients: { ...overwritten(), attributes: [3, 2, 0.5] },
  adam_update: { ...parameters(2), attributes: [3, 0.9, 0.999, 1e-7], iteration: 3 },
  ...recurrent('simple_rnn', 1, []),
  ...recurrent('lstm', 4, [37, 148]),
  ...recurrent('gru', 3, [148]),
  reverse: { inputs: [x([-1, 7, 19])], outputs: [[-1, 7, 19]], attributes: [1] },
}

function classesLike(shape: Shape): Operand {
  const operand = x(shape)
  return { shape, data: Float32Array.from(operand.data, (value) => (value > 0 ? 1 : 0)) }
}

/** The call of one kernel, ready for `runKernel`. */
export function kernelCall(kernel: string): KernelCall {
  return { ...(kernelCalls[kernel] as Rest), kernel, samples: N, batchCapacity: N + 3 }
}
