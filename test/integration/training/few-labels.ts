import { Random } from '../../../engine/base/rng.ts'
import type { DatasetDescription, MissingPolicy } from '../../../engine/data/dataset.ts'
import type { ChainLayer } from '../../../engine/templates/chain.ts'
import { defaultPlan, type TrainingPlan } from '../../../engine/training/plan.ts'
import { type Project, textProject } from './projects.ts'

const SEED = 23
const PARTS = ['train', 'train', 'train', 'train', 'validation', 'test']

export const pseudoLabels = {
  ...defaultPlan.pseudoLabels,
  enabled: true,
  threshold: 0.6,
  warmupEpochs: 2,
  rampEpochs: 3,
}

export interface Clouds {
  classes?: 2 | 3
  plan?: Partial<TrainingPlan>
  last?: ChainLayer['params']
  /** Every so many rows has a label; the target of others is empty. */
  every?: number
  missing?: MissingPolicy
  /** Leaves the target of a row of the validation part empty. */
  hole?: boolean
  target?: (row: number, label: number) => string
}

/** Points of clouds around corners of a square, one after the other, few of them labelled; parts are as the table says. */
export function clouds({ classes = 3, plan, last, every = 10, missing, hole = false, target }: Clouds = {}): Project {
  const random = new Random(SEED, 900)
  const rows = Array.from({ length: 360 }, (_, row) => {
    const label = row % classes
    const [x, z] = [random.normal() + (label === 1 ? 3 : 0), random.normal() + (label === 2 ? 3 : 0)]
    const part = PARTS[Math.floor(row / classes) % PARTS.length] as string
    const labelled = part !== 'train' || Math.floor(row / classes) % every === 0
    const holed = hole && part === 'validation' && row < 3 * PARTS.length
    const name = target ? target(row, label) : ('abc'[label] as string)
    return `${x.toFixed(4)},${z.toFixed(4)},${1 + (row % 3)},${part},${labelled && !holed ? name : ''}`
  })
  const change = (description: DatasetDescription): DatasetDescription => ({
    ...description,
    columns: description.columns.map((column) => ({
      ...column,
      ...(column.name === 'part' || column.name === 'weight' ? { role: 'ignore' as const } : {}),
      ...(column.name === 'y' && missing ? { missing } : {}),
    })),
    split: { ...description.split, given: 'part' },
  })
  const layers = [
    { type: 'input', name: 'input' },
    { type: 'dense', name: 'hidden', params: { units: 8, activation: 'tanh' } },
    { type: 'dropout', name: 'dropout', params: { rate: 0.2 } },
    { type: 'dense', name: 'last', params: last ?? { units: classes, activation: 'softmax' } },
    { type: 'output', name: 'answer' },
  ]
  const settings = {
    epochs: 8,
    batchSize: 4,
    optimizer: { type: 'adam', params: { learningRate: 0.05 } },
    pseudoLabels,
  }
  return textProject(`x,z,weight,part,y\n${rows.join('\n')}\n`, layers, { ...settings, ...plan }, change)
}

export function withPseudo(change: Partial<TrainingPlan['pseudoLabels']>): Partial<TrainingPlan> {
  return { pseudoLabels: { ...pseudoLabels, ...change } }
}

/** Rows with a pseudo-label in each epoch. */
export const counts = (history: readonly { metrics: Readonly<Record<string, number>> }[]) =>
  history.map(({ metrics }) => metrics.pseudo_labels)

/** The same with labels that are smoothed, so that targets are fed one-hot. */
export function smoothed(project: Project): Project {
  const answer = project.document.nodes.answer!
  const nodes = { ...project.document.nodes, answer: { ...answer, params: { ...answer.params, labelSmoothing: 0.1 } } }
  return { ...project, document: { ...project.document, nodes } }
}
