import type { GraphBuilder } from '../../compile/builder.ts'
import type { ValueId } from '../../compile/ir.ts'
import type { EffectiveParams, ParamSpec } from '../../layers/params.ts'
import { numberParam } from '../../layers/read-params.ts'

/** Moves targets towards the middle, so that no probability is asked to be 0 or 1. */
export const labelSmoothingParam: ParamSpec = {
  kind: 'number',
  label: 'Label smoothing',
  help: 'Share $s$ of each target that is spread evenly over the classes: $y (1 - s) + s / C$, and $y (1 - s) + s / 2$ for one unit. Keeps the network from being too sure. Targets given by class number are not smoothed.',
  keras: 'label_smoothing',
  default: 0,
  min: 0,
  max: 1,
  exclusiveMax: true,
}

/** The target after label smoothing towards `even`, the value that all classes share. Szegedy et al. 2016, section 7. */
export function smoothed(
  builder: GraphBuilder,
  target: ValueId,
  params: EffectiveParams | undefined,
  even: number,
): ValueId {
  const smoothing = params ? numberParam(params, 'labelSmoothing') : 0
  if (smoothing === 0) return target
  const kept = builder.emitOne('scale', [target], { factor: 1 - smoothing })
  const spread = builder.emitOne('fill', [], { value: smoothing * even }, { shape: builder.shapeOf(target) })
  return builder.emitOne('add', [kept, spread])
}
