import { defineLayer } from '../layer.ts'
import { differsFrom } from '../masks.ts'
import { numberParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

export const masking = defineLayer({
  type: 'masking',
  label: 'Masking',
  keras: 'Masking',
  category: 'core',
  icon: 'eye-off',
  summary: 'Marks padded steps of a sequence, so that layers behind it skip them.',
  help: 'A step whose features all equal the mask value is padding: it is set to 0 and gets the mask 0, every other step 1. Recurrent and attention layers and GlobalAveragePooling1D skip masked steps; layers that treat every step alike hand the mask on.',
  inputs: [{ name: 'input', label: 'sequence' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    maskValue: {
      kind: 'number',
      label: 'Mask value',
      help: 'What padding consists of, as it arrives here: after the scaling of the columns.',
      keras: 'mask_value',
      default: 0,
      min: -1e6,
      max: 1e6,
      searchable: false,
    },
  },
  infer({ inputs }) {
    featuresOf(inputs[0])
    return [inputs[0]!]
  },
  weights: () => [],
  mask: {
    infer: (_, { inputs }) => [inputs[0]!.slice(0, -1)],
    lower: (context) => [differsFrom(numberParam(context.params, 'maskValue'), context)],
  },
  lower(context) {
    const mask = differsFrom(numberParam(context.params, 'maskValue'), context)
    return [context.builder.emitOne('apply_mask', [context.values[0]!, mask])]
  },
  headline: (params) => [`skips ${numberParam(params, 'maskValue')}`],
  samples: [
    { inputs: [[-1, 4, 3]], params: {} },
    { inputs: [[-1, 1, 1]], params: { maskValue: -1 } },
    { inputs: [[-1, 5]], params: { maskValue: 0.5 } },
  ],
})
