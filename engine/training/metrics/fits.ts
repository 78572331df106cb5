import type { Shape } from '../../base/shape.ts'
import type { GraphBuilder } from '../../compile/builder.ts'
import type { ValueId } from '../../compile/ir.ts'
import type { MetricDeclaration } from '../../compile/types.ts'

type Fits = NonNullable<MetricDeclaration['fits']>

/** A number is predicted. */
export const isNumber: Fits = (_, target) => target?.kind === 'numeric'

/** A number is predicted by one unit, or several by as many. */
export const isNumbers: Fits = (prediction, target) => prediction.length === 2 && target?.kind === 'numeric'

/** Labels are predicted by a unit each. */
export const isLabels: Fits = (prediction, target) => prediction.length === 2 && target?.kind === 'labels'

/** Two classes are told apart by one unit. */
export const isBinary: Fits = (prediction, target) =>
  isOneUnit(prediction) && target?.kind === 'classes' && target.classes?.length === 2

function isOneUnit(prediction: Shape): boolean {
  return prediction.length === 2 && prediction[1] === 1
}

const THRESHOLD = 0.5

/** Means that precision, recall and F1 are made from: of right positives, of predicted ones (above 0.5) and of actual ones; unit by unit. */
export function positives(builder: GraphBuilder, prediction: ValueId, target: ValueId): readonly ValueId[] {
  const shape = builder.shapeOf(prediction)
  const constant = (value: number): ValueId => builder.emitOne('fill', [], { value }, { shape })
  const below = builder.emitOne('subtract', [constant(THRESHOLD), prediction])
  const negative = builder.emitOne('activation', [below], { activation: 'step' })
  const positive = builder.emitOne('subtract', [constant(1), negative])
  const right = builder.emitOne('multiply', [positive, target])
  const [rights, predicted, actual] = [right, positive, target].map((value) => columnsOf(builder, value))
  return (rights as ValueId[]).flatMap((value, unit) => [
    value,
    predicted?.[unit] as ValueId,
    actual?.[unit] as ValueId,
  ])
}

/** Column by column of [N, K] values, each [N]. */
export function columnsOf(builder: GraphBuilder, value: ValueId): ValueId[] {
  const width = builder.shapeOf(value)[1] as number
  if (width === 1) return [perSample(builder, value)]
  return Array.from({ length: width }, (_, begin) =>
    perSample(builder, builder.emitOne('slice', [value], { axis: 1, begin }, { shape: [-1, 1] })),
  )
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
