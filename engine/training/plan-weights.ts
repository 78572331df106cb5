import { LaminaError } from '../base/errors.ts'
import { elementCount, formatShape, type Shape, sameShape } from '../base/shape.ts'
import type { CompiledModel, CompiledWeight } from '../compile/types.ts'
import { suggestion } from '../layers/near-matches.ts'
import type { TrainingPlan } from './plan.ts'

/** A weight of another network under its path, `dense_1/kernel`. */
export interface SourceTensor {
  name: string
  shape: Shape
  data: Float32Array
}

/** What became of one layer when weights were taken over. */
export interface LayerTransfer {
  layer: string
  /** Layer of the other network; null where it has none for it. */
  from: string | null
  /** `loaded`; `shape`: its weights have other shapes; `missing`: no such layer there; `left`: the plan leaves it as drawn. */
  status: 'loaded' | 'shape' | 'missing' | 'left'
  parameters: number
  /** With `shape`: what this network needs and what is there. */
  expected?: string
  received?: string
}

type Settings = TrainingPlan['initialWeights']

function layerOf(path: string): string {
  return path.slice(0, path.indexOf('/'))
}

function byLayer<T>(items: readonly T[], path: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(layerOf(path(item)), [...(groups.get(layerOf(path(item))) ?? []), item])
  return groups
}

function refuse(
  code: string,
  message: string,
  rest: { where: string; expected: string; received: string; fix: string },
): never {
  throw new LaminaError({ code, message, ...rest })
}

/** `hidden=dense_1, head=` as pairs; an empty right side leaves a layer as drawn. Throws `training.initial-weights-layers`. */
export function parseLayerNames(text: string, known: readonly string[]): Map<string, string> {
  const names = new Map<string, string>()
  const where = 'training.initialWeights.layers'
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const [ours = '', theirs, ...more] = part.split('=').map((name) => name.trim())
    if (theirs === undefined || more.length > 0)
      refuse('training.initial-weights-layers', `"${part.trim()}" names no pair of layers.`, {
        where,
        expected: 'layer=layer of the other network, separated by commas',
        received: text,
        fix: 'Write for instance hidden=dense_1, or head= to leave head as drawn.',
      })
    if (!known.includes(ours))
      refuse('training.initial-weights-layers', `This network has no layer "${ours}" with weights.`, {
        where,
        expected: `one of ${known.join(', ')}`,
        received: ours,
        fix: suggestion(ours, known),
      })
    names.set(ours, theirs as string)
  }
  return names
}

function describe(weights: readonly { name: string; shape: Shape }[]): string {
  return weights.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ')
}

/** The tensors for the weights of one layer, or what does not fit. */
function transferOf(
  layer: string,
  from: string | null,
  weights: readonly CompiledWeight[],
  theirs: readonly SourceTensor[] | undefined,
): { report: LayerTransfer; copies: [CompiledWeight, SourceTensor][] } {
  const parameters = weights.reduce((sum, { shape }) => sum + elementCount(shape), 0)
  if (from === null || from === '') return { report: { layer, from: null, status: 'left', parameters }, copies: [] }
  if (!theirs) return { report: { layer, from: null, status: 'missing', parameters }, copies: [] }
  const named = theirs.map((tensor) => ({ ...tensor, name: tensor.name.slice(tensor.name.indexOf('/') + 1) }))
  const copies: [CompiledWeight, SourceTensor][] = []
  for (const weight of weights) {
    const found = named.find(({ name }) => name === weight.name)
    if (found && sameShape(found.shape, weight.shape)) copies.push([weight, found])
  }
  if (copies.length === weights.length) return { report: { layer, from, status: 'loaded', parameters }, copies }
  const report = {
    layer,
    from,
    status: 'shape',
    parameters,
    expected: describe(weights),
    received: describe(named),
  } as const
  return { report, copies: [] }
}

/**
 * Which weights of another network begin a training, layer by layer: those of the layer of the same name, or of the one the settings name.
 * Throws `training.initial-weights-shape` where shapes differ and the settings do not skip such layers, `training.initial-weights-layers`,
 * and `training.initial-weights-none` when nothing would be loaded.
 */
export function matchWeights(
  weights: readonly CompiledWeight[],
  tensors: readonly SourceTensor[],
  settings: Settings,
): { layers: LayerTransfer[]; copies: [CompiledWeight, SourceTensor][] } {
  const ours = byLayer(weights, ({ path }) => path)
  const theirs = byLayer(tensors, ({ name }) => name)
  const names = parseLayerNames(settings.layers, [...ours.keys()])
  for (const name of names.values())
    if (name !== '' && !theirs.has(name))
      refuse('training.initial-weights-layers', `The other network has no layer "${name}" with weights.`, {
        where: 'training.initialWeights.layers',
        expected: `one of ${[...theirs.keys()].join(', ')}`,
        received: name,
        fix: suggestion(name, [...theirs.keys()]),
      })
  const found = [...ours].map(([layer, own]) => {
    const from = names.get(layer) ?? layer
    return transferOf(layer, from, own, theirs.get(from))
  })
  const layers = found.map(({ report }) => report)
  const differs = layers.find(({ status }) => status === 'shape')
  if (differs && settings.mismatch === 'error')
    refuse('training.initial-weights-shape', `The weights of ${differs.from} do not fit ${differs.layer}.`, {
      where: differs.layer,
      expected: differs.expected as string,
      received: differs.received as string,
      fix: 'Draw the layer as it was, give it another name, or set training.initialWeights.mismatch to skip, which leaves it as drawn.',
    })
  const copies = found.flatMap((layer) => layer.copies)
  if (copies.length === 0)
    refuse('training.initial-weights-none', 'No layer of this network has weights in the run it is to start from.', {
      where: 'training.initialWeights',
      expected: `layers named ${[...theirs.keys()].join(', ')}`,
      received: [...ours.keys()].join(', '),
      fix: 'Name the layers as there, or say which belong together: --set training.initialWeights.layers=ours=theirs.',
    })
  return { layers, copies }
}

/** Writes the matching weights of another network over fresh ones, averages included. */
export function applyInitialWeights(
  image: Float32Array,
  compiled: Pick<CompiledModel, 'weights'>,
  tensors: readonly SourceTensor[] | undefined,
  settings: Settings,
): void {
  if (settings.run === '') return
  if (!tensors)
    refuse('training.initial-weights-missing', 'The weights to start from were not given.', {
      where: 'training.initialWeights',
      expected: `the weights of run ${settings.run}`,
      received: 'none',
      fix: 'Train through a project, which finds the run; or empty training.initialWeights.run.',
    })
  for (const [weight, tensor] of matchWeights(compiled.weights, tensors, settings).copies) {
    image.set(tensor.data, weight.offset)
    image.set(tensor.data, weight.usedOffset)
  }
}
