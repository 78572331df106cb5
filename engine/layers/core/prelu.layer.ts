import type { Shape } from '../../base/shape.ts'
import { formatShape } from '../../base/shape.ts'
import {
  constraintOf,
  constraintParams,
  initializerOf,
  initializerParams,
  regularizerOf,
  regularizerParams,
} from '../initializers.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import type { EffectiveParams } from '../params.ts'
import { layerError } from '../problem.ts'
import { shapeParam } from '../read-params.ts'

/** The shape of the slopes: that of a sample, with 1 along the shared axes. Throws `layer.axis`. */
function slopesOf(input: Shape, params: EffectiveParams): number[] {
  const shared = shapeParam(params, 'sharedAxes')
  const wrong = shared.find((axis) => axis < 1 || axis >= input.length)
  if (wrong !== undefined)
    throw layerError({
      code: 'layer.axis',
      message: `There is no axis ${wrong} to share slopes along.`,
      port: 'input',
      param: 'sharedAxes',
      expected: `axes from 1 to ${input.length - 1} of ${formatShape(input)}`,
      received: String(wrong),
      fix: 'Axis 1 is the first behind the batch: 1, 2 shares slopes along the height and width of images.',
    })
  return input.slice(1).map((size, index) => (shared.includes(index + 1) ? 1 : size))
}

export const prelu = defineLayer({
  type: 'prelu',
  label: 'PReLU',
  keras: 'PReLU',
  category: 'core',
  icon: 'trending-up',
  summary: 'ReLU whose negative slope is learned.',
  help: 'Computes $y = x$ for $x > 0$ and $y = \\alpha x$ otherwise, with one learned $\\alpha$ for each element of a sample, or one for all along shared axes (He et al. 2015).',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    sharedAxes: {
      kind: 'shape',
      label: 'Shared axes',
      help: 'Axes along which all elements have the same slope, counted from 1: behind convolutions of images 1, 2 leaves one slope a channel. Empty = none.',
      keras: 'shared_axes',
      default: [],
      maxRank: 5,
    },
    ...initializerParams('alpha', 'zeros', 'alpha_initializer'),
    ...regularizerParams('alpha'),
    ...constraintParams('alpha'),
  },
  infer({ inputs, params }) {
    slopesOf(inputs[0]!, params)
    return [inputs[0]!]
  },
  weights({ inputs, params }) {
    const shape = slopesOf(inputs[0]!, params)
    const size = shape.at(-1) ?? 1
    return [
      {
        name: 'alpha',
        shape,
        initializer: initializerOf(params, 'alpha', { fanIn: size, fanOut: size }),
        trainable: true,
        regularizer: regularizerOf(params, 'alpha'),
        constraint: constraintOf(params, 'alpha'),
      },
    ]
  },
  mask: passesMask,
  lower: ({ builder, values, weights }) => [builder.emitOne('prelu', [values[0]!, weights.alpha!])],
  headline: (params) => {
    const shared = shapeParam(params, 'sharedAxes')
    return ['learned slope', ...(shared.length > 0 ? [`shared along ${shared.join(', ')}`] : [])]
  },
  samples: [
    { inputs: [[-1, 5]], params: { alphaInitializer: 'constant', alphaValue: 0.25 } },
    { inputs: [[-1, 2, 3]], params: {} },
    { inputs: [[-1, 2, 3, 4]], params: { sharedAxes: [1, 2], alphaL2: 0.01 } },
    { inputs: [[-1, 3, 2]], params: { sharedAxes: [2], alphaConstraint: 'non_neg' } },
  ],
})
