import type { Shape } from '../base/shape.ts'
import { elements, expectBatched, expectShape, reuseOf, shapeError } from './check.ts'
import { type AttributeValue, defineOp, type OpDeclaration, type OpSample } from './op.ts'

/** How a target is laid out: like the prediction, one distribution a row, or the number of a class a row. */
export type TargetKind = 'like-prediction' | 'distribution' | 'class-index'

/** Refuses a prediction and target that do not fit each other; returns the prediction's shape. */
export function checkTarget(
  op: string,
  kind: TargetKind,
  predictionShape: Shape | null | undefined,
  target: Shape | null | undefined,
): Shape {
  const prediction = expectBatched(op, 'prediction', predictionShape)
  if (kind !== 'like-prediction' && prediction.length !== 2)
    shapeError(op, 'prediction', 'N x classes', `${prediction.length} dimensions`)
  expectShape(op, 'target', target, kind === 'class-index' ? [-1, 1] : prediction)
  return prediction
}

type Draw = NonNullable<OpSample['draw']>[number]

interface LossOptions {
  name: string
  target: TargetKind
  /** Operations an element. */
  cost: number
  /** Taken by the loss and by its gradient. */
  attributes?: OpDeclaration['attributes']
  /** Cases: name, shape of the prediction, how prediction and target are drawn. */
  cases: readonly {
    name: string
    prediction: Shape
    draw: readonly [Draw, Draw]
    attributes?: Record<string, AttributeValue>
  }[]
}

/** A loss of one number a sample, and its gradient: (g [N], prediction, target) -> dprediction. */
export function lossOps(options: LossOptions): { loss: OpDeclaration; gradient: OpDeclaration } {
  const { name, target, cost, attributes = {} } = options
  const gradientName = `${name}_gradient`
  const targetShape = (prediction: Shape): Shape => (target === 'class-index' ? [-1, 1] : prediction)
  const loss = defineOp({
    name,
    inputs: ['prediction', 'target'],
    outputs: ['loss'],
    attributes,
    shape([prediction, targets]) {
      checkTarget(name, target, prediction, targets)
      return [[-1]]
    },
    vjp({ builder, gradients: [g], inputs: [prediction, targets], attributes: own, needs }) {
      if (needs[1]) shapeError(name, 'target', 'a target that does not depend on parameters', 'one that does')
      if (g == null) return [null, null]
      return [builder.emitOne(gradientName, [g, prediction as number, targets as number], own), null]
    },
    flops: ([prediction]) => cost * elements(prediction),
    onnx: null,
    samples: options.cases.map(({ name, prediction, draw, attributes: own }) => ({
      name,
      attributes: own,
      inputs: [prediction, targetShape(prediction)],
      draw: [...draw],
      constant: [1],
    })),
  })
  const gradient = defineOp({
    name: gradientName,
    inputs: ['g', 'prediction', 'target'],
    outputs: ['dprediction'],
    attributes,
    reuse: target === 'class-index' ? reuseOf(1) : reuseOf(1, 2),
    shape([g, prediction, targets]) {
      const shape = checkTarget(gradientName, target, prediction, targets)
      expectShape(gradientName, 'g', g, [-1])
      return [shape]
    },
    flops: ([, prediction]) => cost * elements(prediction),
    onnx: null,
    samples: options.cases.map(({ name, prediction, draw, attributes: own }) => ({
      name,
      attributes: own,
      inputs: [[-1], prediction, targetShape(prediction)],
      draw: [null, ...draw],
    })),
  })
  return { loss, gradient }
}

/** A metric of one number a sample. */
export function metricOp(
  options: Pick<OpDeclaration, 'name' | 'samples'> & {
    target: TargetKind
    attributes?: OpDeclaration['attributes']
  },
): OpDeclaration {
  const { name, target, samples, attributes = {} } = options
  return defineOp({
    name,
    inputs: ['prediction', 'target'],
    outputs: ['score'],
    attributes,
    shape([prediction, targets]) {
      checkTarget(name, target, prediction, targets)
      return [[-1]]
    },
    flops: ([prediction]) => 2 * elements(prediction),
    onnx: null,
    samples,
  })
}
