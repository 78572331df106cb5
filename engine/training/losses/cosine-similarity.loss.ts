import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const cosineSimilarity: LossDeclaration = {
  type: 'cosine_similarity',
  label: 'Cosine similarity',
  help: '$-\\sum_i y_i \\hat y_i / (\\|y\\| \\|\\hat y\\|)$, from -1 (same direction) to 1; lengths do not count. Keras CosineSimilarity.',
  target: 'value',
  overFeatures: true,
  check: (prediction, target) => checkValueUnits('Cosine similarity', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('cosine_similarity', [prediction, target]),
}
