import type { Shape } from '../../base/shape.ts'
import { affineParams, affineSpecs, epsilonParam } from '../affine.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import type { EffectiveParams } from '../params.ts'
import { layerError } from '../problem.ts'
import { numberParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

/** The number of groups of the channels. Throws `layer.groups`. */
function groupsOf(input: Shape | undefined, params: EffectiveParams): number {
  const channels = featuresOf(input)
  const groups = numberParam(params, 'groups')
  if (groups === -1) return channels
  if (groups >= 1 && channels % groups === 0) return groups
  throw layerError({
    code: 'layer.groups',
    message: 'The groups do not divide the channels evenly.',
    port: 'input',
    param: 'groups',
    expected: `-1, or a number that divides ${channels} channels`,
    received: String(groups),
    fix: 'Set the groups to -1 (a group for each channel), to 1 (one for all), or to a divisor of the channels.',
  })
}

export const groupNormalization = defineLayer({
  type: 'group_normalization',
  label: 'GroupNormalization',
  keras: 'GroupNormalization',
  category: 'normalization',
  icon: 'group',
  summary: 'Standardises groups of channels of each sample.',
  aliases: ['GN', 'instance normalization'],
  help: 'Computes $y = \\gamma (x - \\mu) / \\sqrt{\\sigma^2 + \\epsilon} + \\beta$ with $\\mu$ and $\\sigma^2$ of all positions of a group of channels, for each sample by itself (Wu and He 2018). Unlike BatchNormalization it does not depend on the batch, which suits small batches. One group a channel is instance normalisation.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    groups: {
      kind: 'integer',
      label: 'Groups',
      help: 'Groups that the channels are cut into; -1 = one for each channel.',
      keras: 'groups',
      default: 32,
      min: -1,
      max: 65536,
    },
    epsilon: epsilonParam(0.001),
    ...affineParams,
  },
  infer({ inputs, params }) {
    groupsOf(inputs[0], params)
    return [inputs[0]!]
  },
  weights: ({ inputs, params }) => affineSpecs(featuresOf(inputs[0]), params),
  mask: passesMask,
  lower({ builder, inputs, values, weights, params }) {
    const operands = [values[0]!, weights.gamma ?? null, weights.beta ?? null]
    const attributes = { groups: groupsOf(inputs[0], params), epsilon: numberParam(params, 'epsilon') }
    return [builder.emit('group_normalization', operands, attributes)[0]!]
  },
  headline: (params) => {
    const groups = numberParam(params, 'groups')
    return [groups === -1 ? 'a group a channel' : `${groups} groups`]
  },
  samples: [
    { inputs: [[-1, 2, 3, 4]], params: { groups: 2 } },
    { inputs: [[-1, 5, 6]], params: { groups: -1, center: false } },
    { inputs: [[-1, 6]], params: { groups: 1, scale: false, epsilon: 0.01 } },
    { inputs: [[-1, 1, 2, 2, 9]], params: { groups: 3, gammaL2: 0.01 } },
    { inputs: [[-1, 2, 64]], params: {} },
  ],
})
