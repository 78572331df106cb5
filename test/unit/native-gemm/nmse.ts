/** Sum of squared errors over the sum of the squared products: what independent roundings of a float32 sum amount to, whatever cancels. */
export function nmse(
  m: number,
  n: number,
  k: number,
  ta: boolean,
  tb: boolean,
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
) {
  let errors = 0
  let scale = 0
  for (let i = 0; i < m; i += 1)
    for (let j = 0; j < n; j += 1) {
      let exact = 0
      for (let p = 0; p < k; p += 1) {
        const term = (a[ta ? p * m + i : i * k + p] as number) * (b[tb ? j * k + p : p * n + j] as number)
        exact += term
        scale += term * term
      }
      errors += ((c[i * n + j] as number) - exact) ** 2
    }
  return errors / scale
}
