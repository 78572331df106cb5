import type { Shape } from '../base/shape.ts'
import type { ValueId } from '../compile/ir.ts'
import { activationAttributes, activationFlops, activationNames, hasGradientFromOutput } from './activations.ts'
import { elements, expectRank, expectShape, expectShapeIfGiven, features, shapeError, withAxis } from './check.ts'
import { type Attributes, defineOp, type VjpContext } from './op.ts'

/** The matrix w of `op`; refuses another rank. */
function matrix(op: string, shape: Shape | null | undefined): readonly [number, number] {
  const w = expectRank(op, 'w', shape, 2)
  if (w.length !== 2) shapeError(op, 'w', 'a matrix', `${w.length} dimensions`)
  return [w[0] as number, w[1] as number]
}

function sameRows(op: string, operand: string, a: Shape, b: Shape): void {
  expectShape(op, operand, withAxis(b, b.length - 1, features(a)), a)
}

/** Gradients of x, w, b and what is added to their product, for `op` with an activation. */
function productGradients(
  op: 'dense' | 'dense_residual',
  { builder, gradients, inputs, outputs, attributes, needs }: VjpContext,
): (ValueId | null)[] {
  const [x, w, b] = inputs as [number, number, number | null]
  let g = gradients[0] ?? null
  if (g !== null && attributes.activation !== 'linear') {
    const fromOutput = hasGradientFromOutput(attributes.activation as string, attributes.alpha as number)
    const before = fromOutput ? null : builder.emitOne(op, inputs)
    g = builder.emitOne('activation_gradient', [g, before, fromOutput ? (outputs[0] as number) : null], attributes)
  }
  if (g === null) return [null, null, null, null]
  const dx = needs[0] ? builder.emitOne('dense_input_gradient', [g, w, null]) : null
  if (!needs[1] && !needs[2]) return [dx, null, null, g]
  const [dw, db] = builder.emit('dense_parameter_gradient', [x, g]) as [number, number]
  return [dx, dw, b === null ? null : db, g]
}

/** y = activation(x w + b) over the last axis. */
export const dense = defineOp({
  name: 'dense',
  inputs: ['x', 'w', 'b?'],
  outputs: ['y'],
  attributes: activationAttributes,
  shape([xShape, wShape, b]) {
    const x = expectRank('dense', 'x', xShape, 2)
    const [depth, units] = matrix('dense', wShape)
    if (features(x) !== depth) shapeError('dense', 'w', `${features(x)} x units`, `${depth} x ${units}`)
    expectShapeIfGiven('dense', 'b', b, [units])
    return [withAxis(x, x.length - 1, units)]
  },
  vjp: (context) => productGradients('dense', context).slice(0, 3),
  flops: ([x, , b], [y], attributes) =>
    elements(y) * (2 * features(x ?? []) + (b ? 1 : 0) + activationFlops(attributes.activation as string)),
  onnx: 'Gemm (rank 2), MatMul and Add',
  samples: [
    { name: 'with bias', inputs: [[-1, 7], [7, 5], [5]] },
    { name: 'without bias', inputs: [[-1, 7], [7, 5], null] },
    { name: 'one unit', inputs: [[-1, 3], [3, 1], [1]] },
    { name: 'sequences', inputs: [[-1, 4, 6], [6, 3], [3]] },
    { name: 'wide', inputs: [[-1, 65], [65, 33], [33]] },
    ...activationNames.slice(1).map((activation) => ({
      name: activation,
      inputs: [[-1, 7], [7, 5], [5]],
      attributes: { activation, alpha: 0.3 },
    })),
  ],
})

/** y = activation(x w + b + residual): `dense` whose sum goes into an addition. */
export const denseResidual = defineOp({
  name: 'dense_residual',
  inputs: ['x', 'w', 'b?', 'residual'],
  outputs: ['y'],
  attributes: activationAttributes,
  reuse: [[0, 3]],
  shape([x, w, b, residual], attributes) {
    const shapes = dense.shape([x ?? null, w ?? null, b ?? null], attributes)
    expectShape('dense_residual', 'residual', residual, shapes[0] as Shape)
    return shapes
  },
  vjp: (context) => productGradients('dense_residual', context),
  flops: (inputs, outputs, attributes) => dense.flops(inputs, outputs, attributes) + elements(outputs[0]),
  onnx: 'Gemm (rank 2), MatMul and Add; Add',
  samples: [
    { name: 'with bias', inputs: [[-1, 7], [7, 5], [5], [-1, 5]] },
    { name: 'sequences, without bias', inputs: [[-1, 4, 6], [6, 3], null, [-1, 4, 3]] },
    { name: 'wide, relu', inputs: [[-1, 65], [65, 33], [33], [-1, 33]], attributes: { activation: 'relu' } },
    { name: 'gelu', inputs: [[-1, 11], [11, 17], [17], [-1, 17]], attributes: { activation: 'gelu' } },
  ],
})

/** Refuses y where the derivative of the activation does not follow from it. */
function expectGate(op: string, y: Shape | null | undefined, dx: Shape, attributes: Attributes): void {
  expectShapeIfGiven(op, 'y', y, dx)
  if (y && !hasGradientFromOutput(attributes.activation as string, attributes.alpha as number))
    shapeError(op, 'y', 'an activation whose gradient follows from its output', String(attributes.activation))
}

/** The shape of dy wᵀ. */
function inputShape(op: string, dyShape: Shape | null | undefined, w: Shape | null | undefined): Shape {
  const dy = expectRank(op, 'dy', dyShape, 2)
  const [depth, units] = matrix(op, w)
  if (features(dy) !== units) shapeError(op, 'w', `inputs x ${features(dy)}`, `${depth} x ${units}`)
  return withAxis(dy, dy.length - 1, depth)
}

/** dx = dy wᵀ, times act' expressed by y = act(...) where y is given. */
export const denseInputGradient = defineOp({
  name: 'dense_input_gradient',
  inputs: ['dy', 'w', 'y?'],
  outputs: ['dx'],
  attributes: activationAttributes,
  shape([dyShape, wShape, y], attributes) {
    const op = 'dense_input_gradient'
    const dx = inputShape(op, dyShape, wShape)
    expectGate(op, y, dx, attributes)
    return [dx]
  },
  flops: ([dy, , y], [dx], attributes) =>
    elements(dx) * (2 * features(dy ?? []) + (y ? 1 + activationFlops(attributes.activation as string) : 0)),
  onnx: null,
  samples: [
    { name: 'plain', inputs: [[-1, 5], [7, 5], null] },
    { name: 'sequences', inputs: [[-1, 4, 3], [6, 3], null] },
    ...['relu', 'sigmoid', 'tanh', 'leaky_relu', 'elu'].map((activation) => ({
      name: `through ${activation}`,
      inputs: [
        [-1, 5],
        [17, 5],
        [-1, 17],
      ],
      attributes: { activation, alpha: 0.3 },
      draw: [null, null, { min: 0.05, max: 0.95 }],
    })),
  ],
})

/** dx = residual + dy1 w1ᵀ + dy2 w2ᵀ + ..., times act' expressed by y = act(...) where y is given: gradients of several readers of x at once. */
export const denseInputGradients = defineOp({
  name: 'dense_input_gradients',
  inputs: ['y?', 'residual?', 'terms...'],
  outputs: ['dx'],
  attributes: activationAttributes,
  reuse: [[0, 1]],
  shape([y, residual, ...terms], attributes) {
    const op = 'dense_input_gradients'
    if (terms.length === 0 || terms.length % 2 > 0)
      shapeError(op, 'terms', 'pairs of dy and w', `${terms.length} operands`)
    const dx = inputShape(op, terms[0], terms[1])
    for (let at = 2; at < terms.length; at += 2) expectShape(op, 'dy wᵀ', inputShape(op, terms[at], terms[at + 1]), dx)
    expectShapeIfGiven(op, 'residual', residual, dx)
    expectGate(op, y, dx, attributes)
    return [dx]
  },
  flops([y, residual, ...terms], [dx], attributes) {
    const depth = terms.reduce((sum, shape, at) => sum + (at % 2 === 0 ? features(shape ?? []) : 0), 0)
    const gate = y ? 1 + activationFlops(attributes.activation as string) : 0
    return elements(dx) * (2 * depth + (residual ? 1 : 0) + gate)
  },
  onnx: null,
  samples: [
    { name: 'a product and a residual', inputs: [null, [-1, 7], [-1, 5], [7, 5]] },
    {
      name: 'three products of sequences',
      inputs: [null, null, [-1, 4, 3], [6, 3], [-1, 4, 9], [6, 9], [-1, 4, 17], [6, 17]],
    },
    {
      name: 'two products and a residual through relu',
      inputs: [
        [-1, 33],
        [-1, 33],
        [-1, 21],
        [33, 21],
        [-1, 1100],
        [33, 1100],
      ],
      attributes: { activation: 'relu', alpha: 0.3 },
      draw: [{ min: 0.05, max: 0.95 }, null, null, null, null, null],
    },
    {
      name: 'two products through elu',
      inputs: [[-1, 17], null, [-1, 5], [17, 5], [-1, 5], [17, 5]],
      attributes: { activation: 'elu', alpha: 0.3 },
      draw: [{ min: 0.05, max: 0.95 }, null, null, null, null, null],
    },
  ],
})

/** dw = xᵀ dy; db = column sums of dy. */
export const denseParameterGradient = defineOp({
  name: 'dense_parameter_gradient',
  inputs: ['x', 'dy'],
  outputs: ['dw', 'db?'],
  attributes: {},
  shape([xShape, dyShape]) {
    const op = 'dense_parameter_gradient'
    const x = expectRank(op, 'x', xShape, 2)
    const dy = expectRank(op, 'dy', dyShape, 2)
    sameRows(op, 'dy', x, dy)
    return [[features(x), features(dy)], [features(dy)]]
  },
  flops: ([x, dy]) => 2 * elements(x) * features(dy ?? []) + elements(dy),
  onnx: null,
  samples: [
    {
      name: 'small',
      inputs: [
        [-1, 7],
        [-1, 5],
      ],
    },
    {
      name: 'sequences',
      inputs: [
        [-1, 4, 6],
        [-1, 4, 3],
      ],
    },
    {
      name: 'wide',
      inputs: [
        [-1, 65],
        [-1, 33],
      ],
    },
  ],
})
