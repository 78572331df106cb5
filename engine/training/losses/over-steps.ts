import type { GraphBuilder } from '../../compile/builder.ts'
import type { ValueId } from '../../compile/ir.ts'
import type { LossDeclaration } from '../../compile/types.ts'
import { foldAxes, foldedBuilder } from '../../ops/fold.ts'

/** Gives one number a sample from prediction and target, or several. */
type PerSample = (builder: GraphBuilder, prediction: ValueId, target: ValueId) => readonly ValueId[]

/** Sums over the steps of each sample [N], steps that the mask leaves out counting nothing; `share` is a factor of them. */
function sumOverSteps(builder: GraphBuilder, values: ValueId, steps: number, mask: ValueId | null, share = 1): ValueId {
  const leading = mask === null ? [-1] : builder.shapeOf(mask)
  const inside = steps / leading.slice(1).reduce((total, size) => total * size, 1)
  const shape = [...leading, inside]
  const spread = builder.emitOne('reshape', [values], {}, { shape })
  const kept = mask === null ? spread : builder.emitOne('apply_mask', [spread, mask])
  const sum = builder.emitOne('reduce_sum', [kept], {}, { shape: [-1, ...shape.slice(1).map(() => 1)] })
  const scaled = share === 1 ? sum : builder.emitOne('scale', [sum], { factor: share })
  return builder.emitOne('reshape', [scaled], {}, { shape: [-1] })
}

/** The steps of each sample that count [N]. */
function countedSteps(builder: GraphBuilder, mask: ValueId): ValueId {
  const shape = builder.shapeOf(mask)
  const whole = builder.emitOne('reshape', [mask], {}, { shape: [-1, shape.slice(1).reduce((a, b) => a * b, 1)] })
  const sum = builder.emitOne('reduce_sum', [whole], {}, { shape: [-1, 1] })
  return builder.emitOne('reshape', [sum], {}, { shape: [-1] })
}

/**
 * The loss of each sample [N]. With a mask `N x steps` of the prediction it is taken at every step, and the mean over a batch is the one over
 * its steps that count: the sum over the sample's steps, divided by how many steps a sample of the batch has on average (Keras
 * losses.loss.apply_mask); 0 where none counts. A loss over features takes the last axis as such, as in Keras.
 */
export function lowerLoss(
  builder: GraphBuilder,
  loss: LossDeclaration,
  prediction: ValueId,
  target: ValueId,
  mask: ValueId | null = null,
): ValueId {
  const rank = builder.shapeOf(prediction).length
  const overLast = loss.overFeatures === true && rank > 2
  if (mask === null && !overLast) return loss.lower(builder, prediction, target)
  const axes = overLast ? rank - 1 : builder.shapeOf(mask as ValueId).length
  const { values, steps } = atEachStep(builder, prediction, target, axes, (folded, predicted, wanted) => [
    loss.lower(folded, predicted, wanted),
  ])
  if (mask === null) return sumOverSteps(builder, values[0] as ValueId, steps, null, 1 / steps)
  const counted = builder
    .shapeOf(mask)
    .slice(1)
    .reduce((total, size) => total * size, 1)
  const sum = sumOverSteps(builder, values[0] as ValueId, steps, mask, counted / steps)
  return builder.emitOne('divide_by_mean', [sum, countedSteps(builder, mask)])
}

/** What makes a metric of the steps that count: the sum of each part over them, and how many they are, one number a sample each. */
export function lowerMaskedParts(
  builder: GraphBuilder,
  prediction: ValueId,
  target: ValueId,
  mask: ValueId,
  parts: PerSample,
): readonly ValueId[] {
  const axes = builder.shapeOf(mask).length
  const { values, steps } = atEachStep(builder, prediction, target, axes, parts)
  return [...values.map((value) => sumOverSteps(builder, value, steps, mask)), countedSteps(builder, mask)]
}

/** `parts` of the steps as samples: the first `axes` axes are the batch. */
function atEachStep(builder: GraphBuilder, prediction: ValueId, target: ValueId, axes: number, parts: PerSample) {
  const predicted = foldAxes(builder, prediction, axes)
  const wanted = foldAxes(builder, target, axes)
  const { steps } = predicted
  return { steps, values: parts(foldedBuilder(builder, steps), predicted.value, wanted.value) }
}
