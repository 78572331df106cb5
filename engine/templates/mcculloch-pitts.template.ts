import type { JsonObject } from '../base/json.ts'
import type { GraphDocument, GraphNode } from '../graph/document.ts'
import { parsePlan } from '../training/plan-parse.ts'
import type { Template } from './template.ts'
import { truthTable } from './truth-table.ts'

const yes = (answer: boolean): string => (answer ? 'yes' : 'no')

/** A neuron that adds its inputs up and fires from `threshold` on; nothing in it is learned. */
function neuron(name: string, threshold: number, x: number): GraphNode {
  const params: JsonObject = {
    units: 1,
    activation: 'step',
    kernelInitializer: 'ones',
    biasInitializer: 'constant',
    biasValue: -threshold,
  }
  return { id: name, type: 'dense', name, params, position: { x, y: 220 }, frozen: true }
}

const edge = (from: string, to: string) => ({
  id: `${from}-${to}`,
  from: { node: from, port: 'output' },
  to: { node: to, port: 'input' },
  order: 0,
})

const edges = [['bits', 'and_neuron'], ['bits', 'or_neuron'], ['and_neuron', 'and'], ['or_neuron', 'or']] as const // biome-ignore format: one list

/** Two neurons beside each other over the same two inputs. */
const document: GraphDocument = {
  format: 2,
  nodes: {
    bits: { id: 'bits', type: 'input', name: 'bits', params: {}, position: { x: 220, y: 80 } },
    and_neuron: neuron('and_neuron', 2, 80),
    or_neuron: neuron('or_neuron', 1, 360),
    and: { id: 'and', type: 'output', name: 'and', params: { target: 'and', loss: 'perceptron' }, position: { x: 80, y: 360 } }, // biome-ignore format: one node
    or: { id: 'or', type: 'output', name: 'or', params: { target: 'or', loss: 'perceptron' }, position: { x: 360, y: 360 } }, // biome-ignore format: one node
  },
  edges: Object.fromEntries(edges.map(([from, to]) => [`${from}-${to}`, edge(from, to)])),
}

export const mccullochPitts: Template = {
  id: 'mcculloch-pitts',
  modelName: 'mcculloch-pitts',
  title: 'McCulloch-Pitts neurons',
  summary: 'Two neurons with fixed weights that compute the logical AND and OR of two inputs.',
  lesson:
    'A neuron of 1943: it adds its inputs and fires from a threshold on, 2 for and, 1 for or; the bias is minus the threshold. Nothing is learned, the weights are frozen. Change the bias value and evaluate again.',
  group: 'tables',
  order: 51,
  task: 'classification',
  data: {
    generator: truthTable('and_or', { and: (a, b) => yes(a + b >= 2), or: (a, b) => yes(a + b >= 1) }),
    target: 'or',
    roles: { and: 'target' },
    scaling: 'none',
    split: { test: 0, validation: 0, stratify: false, shuffle: false, seed: 1 },
  },
  document,
  plan: parsePlan({ epochs: 1, batchSize: 4, optimizer: { type: 'sgd', params: {} } }),
}
