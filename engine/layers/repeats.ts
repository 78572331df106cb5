import type { Shape } from '../base/shape.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'
import type { EffectiveParams } from './params.ts'
import { numberParam } from './read-params.ts'
import { type SpatialRank, spaceOf } from './windows.ts'

/** The shape of an input whose axes are made so many times as long. Throws `layer.rank`. */
export function repeatedShape(
  rank: SpatialRank,
  input: Shape | undefined,
  params: EffectiveParams,
  factors: readonly string[],
): Shape {
  const { lengths, channels } = spaceOf(rank, input)
  return [-1, ...lengths.map((length, axis) => length * numberParam(params, factors[axis] as string)), channels]
}

/** Repeats every position of images [N, height, width, channels] down and across. */
export function repeatPixels(builder: GraphBuilder, value: ValueId, height: number, width: number): ValueId {
  return height === 1 && width === 1 ? value : builder.emitOne('upsample2d', [value], { height, width })
}
