import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const breastCancer: Template = {
  id: 'breast-cancer',
  modelName: 'breast-cancer-mlp',
  title: 'Breast cancer',
  summary: 'Benign or malignant from thirty measurements of cell nuclei.',
  lesson:
    'One sigmoid unit and binary cross-entropy; recall matters here, because a missed tumour costs more than a false alarm.',
  group: 'tables',
  order: 30,
  task: 'classification',
  data: {
    file: 'breast_cancer',
    target: 'diagnosis',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.2, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'features' },
    { type: 'dense', name: 'hidden_1', params: { units: 16, activation: 'relu', kernelL2: 0.01 } },
    { type: 'dropout', name: 'dropout_1', params: { rate: 0.2 } },
    { type: 'dense', name: 'probability', params: { units: 1, activation: 'sigmoid' } },
    { type: 'output', name: 'diagnosis' },
  ]),
  plan: parsePlan({ epochs: 60, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.005 } } }),
}
