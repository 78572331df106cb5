import type { NumericTransform } from './transform.ts'

export const none: NumericTransform = {
  kind: 'numeric',
  id: 'none',
  label: 'None',
  help: 'The number as it is.',
  fit: () => ({ shift: 0, scale: 1 }),
}
