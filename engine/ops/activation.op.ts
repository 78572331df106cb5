import {
  activationAttributes,
  activationFlops,
  activationNames,
  hasGradientFromOutput,
  isActivationKink,
} from './activations.ts'
import { elements, expectShapeIfGiven, given, reuseOf, shapeError } from './check.ts'
import { defineOp, type OpSample } from './op.ts'

const alphas: Readonly<Record<string, number>> = { leaky_relu: 0.3, elu: 1, celu: 0.7 }

const samples: readonly OpSample[] = [
  ...activationNames.map((activation) => ({
    name: activation,
    inputs: [[-1, 5]],
    attributes: { activation, alpha: alphas[activation] ?? 0 },
    draw: [{ min: -4, max: 4 }],
  })),
  { name: 'relu6 above 6', inputs: [[-1, 9]], attributes: { activation: 'relu6' }, draw: [{ min: 3, max: 9 }] },
  { name: 'images', inputs: [[-1, 4, 3, 2]], attributes: { activation: 'tanh' } },
  { name: 'negative slope', inputs: [[-1, 9]], attributes: { activation: 'leaky_relu', alpha: -0.2 } },
  { name: 'elu of another scale', inputs: [[-1, 9]], attributes: { activation: 'elu', alpha: 0.5 } },
]

/** y = activation(x), elementwise, as Keras 3 defines each. */
export const activation = defineOp({
  name: 'activation',
  inputs: ['x'],
  outputs: ['y'],
  attributes: activationAttributes,
  reuse: reuseOf(0),
  shape: ([x]) => [given('activation', 'x', x)],
  vjp({ builder, gradients, inputs, outputs, attributes }) {
    const [g] = gradients
    if (g == null || attributes.activation === 'step') return [null]
    if (attributes.activation === 'linear') return [g]
    const fromOutput = hasGradientFromOutput(attributes.activation as string, attributes.alpha as number)
    const taped = fromOutput ? [null, outputs[0] as number] : [inputs[0] as number, null]
    return [builder.emitOne('activation_gradient', [g, ...taped], attributes)]
  },
  flops: ([x], _, attributes) => elements(x) * activationFlops(attributes.activation as string),
  onnx: 'Relu, Sigmoid, Tanh, LeakyRelu, Elu, Selu, Celu, Gelu, Softplus, Softsign, HardSigmoid, HardSwish, Clip, Exp, Shrink; swish as Sigmoid and Mul, step as GreaterOrEqual and Cast; the others as compositions',
  kinks: (value, _, attributes) => isActivationKink(attributes.activation as string, value),
  samples,
})

/** dx = dy act'(x), from x or from y = act(x). */
export const activationGradient = defineOp({
  name: 'activation_gradient',
  inputs: ['dy', 'x?', 'y?'],
  outputs: ['dx'],
  attributes: activationAttributes,
  reuse: reuseOf(0, 1, 2),
  shape([dy, x, y], attributes) {
    const shape = given('activation_gradient', 'dy', dy)
    expectShapeIfGiven('activation_gradient', 'x', x, shape)
    expectShapeIfGiven('activation_gradient', 'y', y, shape)
    if (!x === !y) shapeError('activation_gradient', 'x and y', 'exactly one of them', x ? 'both' : 'neither')
    if (!x && !hasGradientFromOutput(attributes.activation as string, attributes.alpha as number))
      shapeError('activation_gradient', 'x', 'x, as the gradient of this activation needs it', 'y')
    return [shape]
  },
  flops: ([dy], _, attributes) => elements(dy) * (1 + activationFlops(attributes.activation as string)),
  onnx: null,
  samples: samples.flatMap((sample): OpSample[] => {
    const [shape] = sample.inputs as [number[]]
    const attributes = sample.attributes ?? {}
    const fromInput: OpSample = {
      name: `${sample.name} from x`,
      inputs: [shape, shape, null],
      attributes,
      draw: [null, sample.draw?.[0] ?? { min: -3, max: 3 }, null],
    }
    if (!hasGradientFromOutput(attributes.activation as string, (attributes.alpha as number) ?? 0)) return [fromInput]
    // Within the range of every one of these activations.
    const draw = [null, null, { min: 0.05, max: 0.95 }]
    return [fromInput, { name: `${sample.name} from y`, inputs: [shape, null, shape], attributes, draw }]
  }),
})
