import type { TextTransform } from './transform.ts'

export const tokens: TextTransform = {
  kind: 'text',
  id: 'tokens',
  label: 'Tokens',
  help: 'Ids of words or characters, 0 = padding, 1 = not in the vocabulary (Keras TextVectorization).',
}
