import type { Shape } from '../../base/shape.ts'
import type { GraphBuilder } from '../../compile/builder.ts'
import type { ValueId } from '../../compile/ir.ts'
import type { MetricDeclaration } from '../../compile/types.ts'

type Fits = NonNullable<MetricDeclaration['fits']>

/** A number is predicted. */
export const isNumber: Fits = (_, target) => target?.kind === 'numeric'

/** One number is predicted by one unit. */
export const isOneNumber: Fits = (prediction, target) => isOneUnit(prediction) && target?.kind === 'numeric'

/** Two classes are told apart by one unit. */
export const isBinary: Fits = (prediction, target) =>
  isOneUnit(prediction) && target?.kind === 'classes' && target.classes?.length === 2

function isOneUnit(prediction: Shape): boolean {
  return prediction.length === 2 && prediction[1] === 1
}

const THRESHOLD = 0.5

/** Means that precision, recall and F1 are made from: of right positives, of predicted ones (above 0.5) and of actual ones. */
export function positives(builder: GraphBuilder, prediction: ValueId, target: ValueId): readonly ValueId[] {
  const shape = builder.shapeOf(prediction)
  const constant = (value: number): ValueId => builder.emitOne('fill', [], { value }, { shape })
  const below = builder.emitOne('subtract', [constant(THRESHOLD), prediction])
  const negative = builder.emitOne('activation', [below], { activation: 'step' })
  const positive = builder.emitOne('subtract', [constant(1), negative])
  const right = builder.emitOne('multiply', [positive, target])
  return [right, positive, target].map((value) => perSample(builder, value))
}

/** [N, 1] as [N]. */
export function perSample(builder: GraphBuilder, value: ValueId): ValueId {
  return builder.emitOne('reshape', [value], {}, { shape: [-1] })
}

/** 0 where nothing was to be counted, as scikit-learn reports. */
export function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator
}

/** One unit a class. */
export const isOneUnitAClass: Fits = (prediction, target) =>
  target?.kind === 'classes' && prediction.length === 2 && (prediction[1] as number) > 1

/** The target with one number a class: as it is fed, or looked up by class number. */
export function oneHot(builder: GraphBuilder, prediction: ValueId, target: ValueId): ValueId {
  const classes = builder.shapeOf(prediction)[1] as number
  if (builder.shapeOf(target)[1] === classes) return target
  const literal = Array.from({ length: classes * classes }, (_, i) => (i % (classes + 1) === 0 ? 1 : 0))
  const identity = builder.value('constant', 'classes', [classes, classes], { literal })
  const rows = builder.emitOne('embedding', [target, identity])
  return builder.emitOne('reshape', [rows], {}, { shape: [-1, classes] })
}
