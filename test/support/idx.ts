/** An IDX file of unsigned bytes: two zeros, the type 08, the number of dimensions, their sizes (highest byte first), the elements. */
export function idxBytes(dimensions: readonly number[], elements: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + elements.length)
  bytes.set([0, 0, 8, dimensions.length])
  const view = new DataView(bytes.buffer)
  for (const [axis, size] of dimensions.entries()) view.setUint32(4 + 4 * axis, size)
  bytes.set(Array.from(elements), 4 + 4 * dimensions.length)
  return bytes
}
