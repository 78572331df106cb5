import type { TensorTransform } from './transform.ts'

export const rescale: TensorTransform = {
  kind: 'tensor',
  id: 'rescale',
  label: 'Rescale (1/255)',
  help: 'Each byte divided by 255: 0 to 1 (Keras Rescaling).',
  shift: 0,
  scale: 1 / 255,
}

export const asIs: TensorTransform = {
  kind: 'tensor',
  id: 'none',
  label: 'None',
  help: 'Each number as it is.',
  shift: 0,
  scale: 1,
}
