import { formatShape, type Shape } from '../base/shape.ts'
import { expectShape, given, shapeError } from './check.ts'
import { type AttributeSpec, type Attributes, defineOp, type OpDeclaration } from './op.ts'

interface UpdateOptions extends Pick<OpDeclaration, 'name' | 'samples'> {
  attributes: OpDeclaration['attributes']
  /** Slots a parameter keeps with these attributes. */
  slots(attributes: Attributes): number
}

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
