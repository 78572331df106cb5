import { formatShape, type Shape } from '../base/shape.ts'
import { expectShape, given, shapeError } from './check.ts'
import { type AttributeSpec, type Attributes, defineOp, type OpDeclaration } from './op.ts'

interface UpdateOptions extends Pick<OpDeclaration, 'name' | 'samples'> {
  attributes: OpDeclaration['attributes']
  /** Slots a parameter keeps with these attributes. */
  slots(attributes: Attributes): number
}

/** How gradients are kept small: each number, each gradient by its norm, all by their common norm. */
export const clippingKinds = ['value', 'norm', 'global_norm'] as const

/** Projections of weights after a step. */
export const constraintKinds = ['non_neg', 'max_norm', 'unit_norm'] as const

const count: AttributeSpec = { kind: 'integer', min: 1, max: 1 << 20 }

/** Operands of an update: k parameters, k gradients, k of each slot -> k parameters, k of each slot, in place. */
export function updateOp(options: UpdateOptions): OpDeclaration {
  const { name } = options
  return defineOp({
    name,
    inputs: ['operands...'],
    outputs: ['updated...'],
    attributes: { count, ...options.attributes },
    effect: true,
    update: true,
    inPlace(inputCount, attributes) {
      const k = attributes.count as number
      const pairs: [number, number][] = []
      for (let output = 0; output < inputCount - k; output += 1) pairs.push([output, output < k ? output : output + k])
      return pairs
    },
    shape(inputs, attributes) {
      const k = attributes.count as number
      const wanted = k * (2 + options.slots(attributes))
      if (inputs.length !== wanted) shapeError(name, 'operands', `${wanted} of them`, String(inputs.length))
      const parameters = inputs.slice(0, k).map((shape, index) => given(name, `parameter ${index}`, shape))
      for (const [index, shape] of inputs.entries()) {
        const parameter = parameters[index % k] as Shape
        if (parameter.some((dimension) => dimension < 0))
          shapeError(name, `parameter ${index % k}`, 'a fixed shape', formatShape(parameter))
        expectShape(name, `operand ${index}`, shape, parameter)
      }
      return [...inputs.slice(0, k), ...inputs.slice(2 * k)] as Shape[]
    },
    // Once a batch, not once a sample.
    flops: () => 0,
    onnx: null,
    samples: options.samples,
  })
}

interface OverwriteOptions extends Pick<OpDeclaration, 'name' | 'samples' | 'update'> {
  attributes: OpDeclaration['attributes']
}

function sameShapes(name: string, inputs: readonly (Shape | null)[], attributes: Attributes): Shape[] {
  if (inputs.length !== attributes.count)
    shapeError(name, 'operands', `${attributes.count} of them`, String(inputs.length))
  return inputs.map((input, index) => {
    const shape = given(name, `operand ${index}`, input)
    if (shape.some((dimension) => dimension < 0))
      shapeError(name, `operand ${index}`, 'a fixed shape', formatShape(shape))
    return shape
  })
}

/** What changes k parameters without their gradients: k in, the same k out, in place. */
export function overwriteOp(options: OverwriteOptions): OpDeclaration {
  return defineOp({
    ...options,
    inputs: ['parameters...'],
    outputs: ['updated...'],
    attributes: { count, ...options.attributes },
    effect: true,
    inPlace: (inputCount) => Array.from({ length: inputCount }, (_, index) => [index, index] as const),
    shape: (inputs, attributes) => sameShapes(options.name, inputs, attributes),
    flops: () => 0,
    onnx: null,
  })
}

/** What changes k gradients before they are used: k in, k out. */
export function gradientsOp(options: OverwriteOptions): OpDeclaration {
  return defineOp({
    ...options,
    inputs: ['gradients...'],
    outputs: ['changed...'],
    attributes: { count, ...options.attributes },
    update: true,
    shape: (inputs, attributes) => sameShapes(options.name, inputs, attributes),
    flops: () => 0,
    onnx: null,
  })
}
