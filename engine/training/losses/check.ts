import { LaminaError } from '../../base/errors.ts'
import type { Shape } from '../../base/shape.ts'
import { formatShape, sameShape } from '../../base/shape.ts'
import type { LossDeclaration } from '../../compile/types.ts'
import type { TargetSignature } from '../../graph/document.ts'

export type Target = TargetSignature

/** An error `loss.shape`: prediction and target do not fit. */
export function lossError(message: string, expected: string, received: string, fix: string): LaminaError {
  return new LaminaError({ code: 'loss.shape', message, expected, received, fix })
}

/** Number of predicted values a sample. Throws `loss.shape` unless the prediction is N x features. */
export function unitsOf(prediction: Shape): number {
  if (prediction.length === 2) return prediction[1] as number
  throw lossError(
    `A loss needs one vector a sample, not ${formatShape(prediction)}.`,
    'N x units',
    formatShape(prediction),
    'Put a Flatten and a Dense in front of the Output.',
  )
}

/** One unit a class: softmax losses. */
export function checkClassUnits(label: string, prediction: Shape, target: Target | undefined): void {
  const units = unitsOf(prediction)
  if (target?.kind === 'labels')
    throw lossError(
      `${label} is for classes of which one is right, but ${target.column} do not exclude each other.`,
      'one target column with classes',
      `${target.columns?.length} columns`,
      'Use binary cross-entropy with a sigmoid unit for each column.',
    )
  if (target && target.kind !== 'classes')
    throw lossError(
      `${label} needs classes, but "${target.column}" holds numbers.`,
      'a target with classes',
      `the numbers of "${target.column}"`,
      'Use mean squared error, or make the column categorical in the data view.',
    )
  const classes = target?.classes?.length
  if (classes !== undefined && units !== classes)
    throw lossError(
      `"${target?.column}" has ${classes} classes, but ${units} ${units === 1 ? 'unit arrives' : 'units arrive'}.`,
      `${classes} units`,
      `${units} ${units === 1 ? 'unit' : 'units'}`,
      `Give the last Dense ${classes} units with softmax.`,
    )
  if (units < 2)
    throw lossError(
      `${label} needs one unit a class.`,
      'at least 2 units',
      '1 unit',
      'Use binary cross-entropy with one sigmoid unit, or two units with softmax.',
    )
}

/** As many units as target values: one for a column of numbers, one a column where there are several; for classes one unit (of two classes) or one a class. */
export function checkValueUnits(label: string, prediction: Shape, target: Target | undefined): void {
  const units = unitsOf(prediction)
  if (!target) return
  if (target.columns) {
    const wanted = target.columns.length
    if (units === wanted) return
    throw lossError(
      `There are ${wanted} target columns, but ${units} ${units === 1 ? 'unit arrives' : 'units arrive'}.`,
      `${wanted} units`,
      `${units} ${units === 1 ? 'unit' : 'units'}`,
      `Give the last Dense ${wanted} units, or choose other target columns.`,
    )
  }
  if (target.kind === 'numeric') {
    if (units === 1) return
    throw lossError(
      `"${target.column}" is one number a sample, but ${units} units arrive.`,
      '1 unit',
      `${units} units`,
      'Give the last Dense 1 unit.',
    )
  }
  const classes = target.classes?.length ?? 2
  if (units === classes || (units === 1 && classes === 2)) return
  throw lossError(
    `${label} over the ${classes} classes of "${target.column}" does not fit ${units} ${units === 1 ? 'unit' : 'units'}.`,
    classes === 2 ? '1 or 2 units' : `${classes} units`,
    `${units} ${units === 1 ? 'unit' : 'units'}`,
    `Give the last Dense ${classes === 2 ? 1 : classes} ${classes === 2 ? 'unit' : 'units'}.`,
  )
}

/** An Input given back: a loss over numbers, and a prediction of the Input's own shape, whatever that is. */
export function checkReconstruction(
  loss: LossDeclaration,
  prediction: Shape,
  target: { column: string; input?: { shape?: Shape } },
): void {
  const name = target.column
  if (loss.target !== 'value')
    throw lossError(
      `${loss.label} compares classes, but "${name}" is a value to be given back.`,
      'a loss over numbers',
      loss.label,
      'Use mean squared error, or binary cross-entropy for values from 0 to 1 with sigmoid.',
    )
  const shape = target.input?.shape
  if (!shape || sameShape(prediction, shape)) return
  const sizes = formatShape(shape.slice(1))
  throw lossError(
    `The Input to be given back is ${formatShape(shape)}, but ${formatShape(prediction)} arrives.`,
    formatShape(shape),
    formatShape(prediction),
    shape.length === 2
      ? `Give the last Dense ${sizes} units.`
      : `End with a layer of the shape ${sizes}, or put a Reshape to ${sizes} in front of the Output.`,
  )
}
