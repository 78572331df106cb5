import { formatShape, type Shape } from '../base/shape.ts'
import { expectBatched, shapeError } from './check.ts'
import type { AttributeSpec, Attributes } from './op.ts'
import { windowOutputs } from './windows.ts'

const least = (min: number): AttributeSpec => ({ kind: 'integer', min, max: 1 << 20, default: min })

/** How a kernel is moved over a volume; pads are zeros around it. */
export const volumeAttributes: Readonly<Record<string, AttributeSpec>> = {
  strideDepth: least(1),
  strideHeight: least(1),
  strideWidth: least(1),
  dilationDepth: least(1),
  dilationHeight: least(1),
  dilationWidth: least(1),
  padFront: least(0),
  padBack: least(0),
  padTop: least(0),
  padBottom: least(0),
  padLeft: least(0),
  padRight: least(0),
  groups: least(1),
}

const axes = [
  ['Depth', 'padFront', 'padBack'],
  ['Height', 'padTop', 'padBottom'],
  ['Width', 'padLeft', 'padRight'],
] as const

/** Volumes [N, depth, height, width, channels]. Throws `op.shape`. */
export function expectVolumes(op: string, operand: string, shape: Shape | null | undefined): Shape {
  const volumes = expectBatched(op, operand, shape)
  if (volumes.length !== 5)
    shapeError(op, operand, 'N x depth x height x width x channels', `${volumes.length} dimensions`)
  return volumes
}

/** The output's shape of a convolution of volumes x with w [depth, height, width, inputs, outputs]. Throws `op.shape`. */
export function convolvedVolume(op: string, xShape: Shape | null | undefined, w: Shape, attributes: Attributes): Shape {
  const x = expectVolumes(op, 'x', xShape)
  const groups = attributes.groups as number
  const [channels, inputs, outputs] = [x[4] as number, w[3] as number, w[4] as number]
  if (w.length !== 5 || w.some((size) => size < 1) || inputs * groups !== channels)
    shapeError(op, 'w', `depth x height x width x ${channels / groups} x outputs`, formatShape(w))
  if (outputs % groups !== 0) shapeError(op, 'w', `outputs divisible into ${groups} groups`, `${outputs} outputs`)
  const sizes = axes.map(([axis, before, after], index) =>
    windowOutputs(op, x[index + 1] as number, w[index] as number, {
      stride: attributes[`stride${axis}`] as number,
      dilation: attributes[`dilation${axis}`] as number,
      before: attributes[before] as number,
      after: attributes[after] as number,
    }),
  )
  return [-1, ...sizes, outputs]
}
