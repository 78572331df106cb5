import type { Shape } from '../base/shape.ts'
import { expectBatched, shapeError } from './check.ts'
import type { AttributeSpec, Attributes } from './op.ts'

const least = (min: number): AttributeSpec => ({ kind: 'integer', min, max: 1 << 20, default: min })

const strides = { strideHeight: least(1), strideWidth: least(1) }
const pads = { padTop: least(0), padBottom: least(0), padLeft: least(0), padRight: least(0) }

/** How a kernel is moved over an image; pads are zeros around it. */
export const convolutionAttributes: Readonly<Record<string, AttributeSpec>> = {
  ...strides,
  dilationHeight: least(1),
  dilationWidth: least(1),
  ...pads,
  groups: least(1),
}

/** The same for an op that knows no groups. */
export const depthwiseAttributes: Readonly<Record<string, AttributeSpec>> = {
  ...strides,
  dilationHeight: least(1),
  dilationWidth: least(1),
  ...pads,
}

/** How a pooling window is moved over an image; pads do not count as pixels. */
export const poolingAttributes: Readonly<Record<string, AttributeSpec>> = {
  poolHeight: least(1),
  poolWidth: least(1),
  ...strides,
  ...pads,
}

/** The pooling by windows of 2 x 2 side by side. */
export const pooledHalves: Attributes = {
  ...{ poolHeight: 2, poolWidth: 2, strideHeight: 2, strideWidth: 2 },
  ...{ padTop: 0, padBottom: 0, padLeft: 0, padRight: 0 },
}

/** Images [N, height, width, channels]. Throws `op.shape`. */
export function expectImages(
  op: string,
  operand: string,
  shape: Shape | null | undefined,
): readonly [number, number, number, number] {
  const images = expectBatched(op, operand, shape)
  if (images.length !== 4) shapeError(op, operand, 'N x height x width x channels', `${images.length} dimensions`)
  return images as unknown as readonly [number, number, number, number]
}

/** Positions that a window of `size` with `stride` and `dilation` takes along an axis; throws `op.shape` where it does not fit. */
export function windowOutputs(op: string, length: number, size: number, at: Along): number {
  const extent = (size - 1) * at.dilation + 1
  const padded = length + at.before + at.after
  if (padded < extent) shapeError(op, 'x', `at least ${extent} pixels along the kernel, padding included`, `${padded}`)
  return Math.floor((padded - extent) / at.stride) + 1
}

/** Attributes of one axis. */
export interface Along {
  stride: number
  dilation: number
  before: number
  after: number
}

/** The attributes along height and width. */
export function alongAxes(attributes: Attributes): readonly [Along, Along] {
  const read = (name: string): number => attributes[name] as number
  return [
    {
      stride: read('strideHeight'),
      dilation: (attributes.dilationHeight as number | undefined) ?? 1,
      before: read('padTop'),
      after: read('padBottom'),
    },
    {
      stride: read('strideWidth'),
      dilation: (attributes.dilationWidth as number | undefined) ?? 1,
      before: read('padLeft'),
      after: read('padRight'),
    },
  ]
}

/** Height and width of what a kernel or pool of this size makes of images. Throws `op.shape`. */
export function imageOutputs(
  op: string,
  [, height, width]: readonly number[],
  size: readonly [number, number],
  attributes: Attributes,
): [number, number] {
  const [vertical, horizontal] = alongAxes(attributes)
  return [
    windowOutputs(op, height as number, size[0], vertical),
    windowOutputs(op, width as number, size[1], horizontal),
  ]
}

/** The attributes of `attributes` that `specs` has. */
export function pick(attributes: Attributes, specs: Readonly<Record<string, AttributeSpec>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name in specs))
}

/** Height, width of what a pooling window makes of images; a window may not lie outside the image altogether. Throws `op.shape`. */
export function poolOutputs(op: string, x: readonly number[], attributes: Attributes): [number, number] {
  const size: [number, number] = [attributes.poolHeight as number, attributes.poolWidth as number]
  for (const [axis, { before, after }] of alongAxes(attributes).entries())
    if (Math.max(before, after) >= (size[axis] as number))
      shapeError(op, 'x', `padding smaller than the window of ${size[axis]}`, String(Math.max(before, after)))
  return imageOutputs(op, x, size, attributes)
}
