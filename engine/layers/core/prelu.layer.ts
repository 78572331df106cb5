import { initializerOf, initializerParams } from '../initializers.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'

export const prelu = defineLayer({
  type: 'prelu',
  label: 'PReLU',
  keras: 'PReLU',
  category: 'core',
  icon: 'trending-up',
  summary: 'ReLU whose negative slope is learned.',
  help: 'Computes $y = x$ for $x > 0$ and $y = \\alpha x$ otherwise, with one learned $\\alpha$ for each element of a sample (He et al. 2015).',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: initializerParams('alpha', 'zeros', 'alpha_initializer'),
  infer: ({ inputs }) => [inputs[0]!],
  weights({ inputs, params }) {
    const shape = inputs[0]!.slice(1)
    const size = shape.at(-1) ?? 1
    return [
      {
        name: 'alpha',
        shape,
        initializer: initializerOf(params, 'alpha', { fanIn: size, fanOut: size }),
        trainable: true,
      },
    ]
  },
  mask: passesMask,
  lower: ({ builder, values, weights }) => [builder.emitOne('prelu', [values[0]!, weights.alpha!])],
  headline: () => ['learned slope'],
  samples: [
    { inputs: [[-1, 5]], params: { alphaInitializer: 'constant', alphaValue: 0.25 } },
    { inputs: [[-1, 2, 3]], params: {} },
  ],
})
