import { sameShape } from '../base/shape.ts'
import type { ValueId } from '../compile/ir.ts'
import type { LowerContext, MaskRule } from './layer.ts'

/** The mask of an input, or null. */
export function maskOf({ masks }: LowerContext, input = 0): ValueId | null {
  return masks?.[input] ?? null
}

/** The output carries the mask of the first input: layers that treat every step alike. */
export const passesMask: MaskRule = {
  infer: ([mask]) => [mask ?? null],
  lower: (context) => [maskOf(context)],
}

/** The layer takes account of masks and gives none. */
export const consumesMask: MaskRule = {
  infer: () => [null],
  lower: () => [null],
  consumes: true,
}

/** A step counts where it counts in any input; no mask where an input has none, as in Keras. */
export const mergesMasks: MaskRule = {
  infer([first, ...rest]) {
    if (!first) return [null]
    return [rest.every((mask) => mask && sameShape(mask, first)) ? first : null]
  },
  lower({ builder, masks }) {
    return [(masks as ValueId[]).reduce((merged, mask) => builder.emitOne('maximum', [merged, mask]))]
  },
}

/** 1 where any feature of a step of the first input differs from a number; `steps` reads a tensor of bare ids. */
export function differsFrom(value: number, { builder, values }: LowerContext, ids = false): ValueId {
  const x = values[0]!
  const shape = builder.shapeOf(x)
  const steps = ids ? builder.emitOne('reshape', [x], {}, { shape: [...shape, 1] }) : x
  return builder.emitOne('any_not_equal', [steps], { value })
}
