import type { ColumnTransform, ColumnType } from '../dataset.ts'
import { dataError } from '../errors.ts'
import { minMax } from './min-max.transform.ts'
import { none } from './none.transform.ts'
import { oneHot } from './one-hot.transform.ts'
import { ordinal } from './ordinal.transform.ts'
import { asIs, rescale } from './rescale.transform.ts'
import { robust } from './robust.transform.ts'
import { standardize } from './standardize.transform.ts'
import { tokens } from './tokens.transform.ts'
import type { CategoricalTransform, NumericTransform, TensorTransform, TextTransform, Transform } from './transform.ts'

export const transforms: readonly Transform[] = [
  none,
  standardize,
  minMax,
  robust,
  oneHot,
  ordinal,
  rescale,
  asIs,
  tokens,
]

/** Throws `data.invalid-transform` when the transform does not suit the column's type. */
export function transformOf(id: ColumnTransform, type: 'numeric', column: string): NumericTransform
export function transformOf(id: ColumnTransform, type: 'categorical', column: string): CategoricalTransform
export function transformOf(id: ColumnTransform, type: 'tensor', column: string): TensorTransform
export function transformOf(id: ColumnTransform, type: 'text', column: string): TextTransform
export function transformOf(id: ColumnTransform, type: ColumnType, column: string): Transform {
  const found = transforms.find((transform) => transform.id === id && transform.kind === type)
  if (found) return found
  const choices = transforms.filter((transform) => transform.kind === type).map((transform) => transform.id)
  throw dataError('invalid-transform', `The transform ${id} does not suit the ${type} column "${column}".`, {
    where: `column "${column}"`,
    expected: choices.join(', '),
    received: id,
    fix: `Choose ${choices.at(-1)}, or change the column's type.`,
  })
}
