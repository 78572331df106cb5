import type { Shape } from '../base/shape.ts'
import type { ValueId } from '../compile/ir.ts'
import { foldedBuilder } from '../ops/fold.ts'
import type { LayerDeclaration, LowerContext, MaskShape, ShapeContext } from './layer.ts'
import { passesMask } from './masks.ts'
import type { EffectiveParams, ParamSpec } from './params.ts'
import { rankError } from './problem.ts'
import { booleanParam } from './read-params.ts'

const timeDistributedParam: ParamSpec = {
  kind: 'boolean',
  label: 'TimeDistributed',
  help: 'Applies the layer to every time step by itself, with the same weights: axis 1 of the input holds the steps, and of the output again.',
  keras: 'TimeDistributed',
  default: false,
  searchable: false,
}

const distributed = (params: EffectiveParams): boolean => booleanParam(params, 'timeDistributed')

/** The steps of the input, and the context of one of them. */
function oneStep<Context extends ShapeContext>(context: Context): { steps: number; inner: Context } {
  const [shape] = context.inputs
  if (!shape || shape.length < 3)
    throw rankError(shape, {
      message: 'TimeDistributed needs steps to apply the layer to.',
      expected: 'N x steps x what the layer takes',
      fix: 'Turn TimeDistributed off, or give the Input a shape that begins with the steps.',
    })
  const [batch, steps, ...rest] = shape as [number, number, ...number[]]
  return { steps, inner: { ...context, inputs: [[batch, ...rest]] } }
}

/** A mask of steps; one of what is inside them means nothing to the output. */
const ofSteps = (mask: MaskShape): MaskShape => (mask?.length === 2 ? mask : null)

const withSteps = ([batch, ...rest]: Shape, steps: number): Shape => [batch as number, steps, ...rest]

/** Layers of these categories see one sample without its steps. */
const folding: ReadonlySet<string> = new Set(['convolution', 'pooling'])

const kindOf = ({ timeDistributed, category }: LayerDeclaration) =>
  timeDistributed ?? (folding.has(category) ? 'folds' : undefined)

function lowerSteps(layer: LayerDeclaration, context: LowerContext): ValueId {
  const { builder, values } = context
  const { steps, inner } = oneStep(context)
  const [, ...rest] = inner.inputs[0] as Shape
  const unfolded = (value: ValueId): ValueId =>
    builder.emitOne('reshape', [value], {}, { shape: withSteps([-1, ...builder.shapeOf(value).slice(1)], steps) })
  const folded = builder.emitOne('reshape', [values[0]!], {}, { shape: [-steps, ...rest] })
  const lowered = layer.lower?.({
    ...inner,
    builder: foldedBuilder(builder, steps),
    values: [folded],
    masks: [null],
    penalize: (value, factors) => context.penalize(unfolded(value), factors),
  })
  return unfolded(lowered?.[0] as ValueId)
}

/**
 * The layer with a parameter that applies it to every step (Keras' TimeDistributed): to the steps of all samples at once, each a sample of
 * a larger batch. What it draws differs from step to step, as in Keras.
 */
function withTimeDistributed(layer: LayerDeclaration): LayerDeclaration {
  const { infer, advise, weights, lower, mask, headline, samples } = layer
  const [first] = samples
  return {
    ...layer,
    params: { ...layer.params, timeDistributed: timeDistributedParam },
    infer(context) {
      if (!distributed(context.params)) return infer(context)
      const { steps, inner } = oneStep(context)
      return infer(inner).map((shape) => withSteps(shape, steps))
    },
    ...(advise ? { advise: (context) => advise(distributed(context.params) ? oneStep(context).inner : context) } : {}),
    weights: (context) => weights(distributed(context.params) ? oneStep(context).inner : context),
    // The mask of the steps stays what it is; without the wrapper the layer's own rule holds.
    mask: {
      infer: (masks, context) => {
        if (!distributed(context.params)) return mask?.infer(masks, context) ?? [null]
        return passesMask.infer(masks.map(ofSteps), context)
      },
      lower: (context) => (distributed(context.params) ? passesMask.lower(context) : (mask?.lower(context) ?? [null])),
      ...(mask?.consumes ? { consumes: mask.consumes } : {}),
    },
    ...(lower
      ? {
          lower: (context) =>
            distributed(context.params) && kindOf(layer) === 'folds' ? [lowerSteps(layer, context)] : lower(context),
        }
      : {}),
    headline: (params) => [...headline(params), ...(distributed(params) ? ['each step'] : [])],
    samples: [
      ...samples,
      ...(first
        ? [
            {
              inputs: first.inputs.map((shape) => withSteps(shape, 2)),
              params: { ...first.params, timeDistributed: true },
            },
          ]
        : []),
    ],
  }
}

/** The layers, those that steps can be kept from with the parameter `timeDistributed`. */
export function offerTimeDistributed(layers: readonly LayerDeclaration[]): LayerDeclaration[] {
  return layers.map((layer) => (kindOf(layer) ? withTimeDistributed(layer) : layer))
}
