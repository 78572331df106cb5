import { losses } from '../../training/losses/registry.ts'
import { metrics } from '../../training/metrics/registry.ts'
import { defineLayer } from '../layer.ts'
import { consumesMask } from '../masks.ts'
import type { ParamSpecs } from '../params.ts'
import { columnsParam, numberParam, textParam } from '../read-params.ts'
import { reconstructedInput } from './input-target.ts'

/** The parameters of all losses, each shown while a loss that has it is chosen or may be chosen by `auto`. */
function lossParams(): ParamSpecs {
  const specs: Record<string, ParamSpecs[string]> = {}
  for (const { params } of losses)
    for (const [name, spec] of Object.entries(params ?? {})) {
      const owners = losses.filter((loss) => loss.params?.[name]).map((loss) => loss.type)
      const automatic = owners.includes('binary_crossentropy')
      specs[name] = {
        ...spec,
        visible: ({ loss }) => owners.includes(loss as string) || (automatic && loss === 'auto'),
      }
    }
  return specs
}

export const output = defineLayer({
  type: 'output',
  label: 'Output',
  keras: null,
  category: 'io',
  icon: 'log-out',
  summary: 'Compares what arrives with a target column, or with an Input.',
  aliases: ['loss', 'label', 'head'],
  help: 'Names the target column, or several that are predicted together with a unit each, and the loss. With "auto" the loss follows from the target: classes and one unit each give sparse categorical cross-entropy, two classes and one unit give binary cross-entropy, numbers give mean squared error, several labels binary cross-entropy. An autoencoder names one of its own Inputs as target: the network is to give back what it was fed, through a bottleneck or from a noisy copy (noise layers leave the target clean). Steps that a mask of the prediction leaves out count neither in the loss, which is then a mean over the steps that are left, nor in metrics. With several outputs the total loss is $\\sum_k w_k L_k$ (Keras loss_weights).',
  inputs: [{ name: 'input', label: 'prediction' }],
  outputs: [],
  params: {
    target: {
      kind: 'target',
      label: 'Target',
      help: 'Target column, empty: the only one there is; or "input:" and the name of an Input that is to be reconstructed.',
      default: '',
      searchable: false,
      visible: (params) => (params.targets as readonly string[]).length === 0,
    },
    targets: {
      kind: 'columns',
      of: 'targets',
      label: 'Several targets',
      help: 'Target columns that this Output predicts together, one unit each in this order: labels that do not exclude each other (each of two classes; sigmoid and binary cross-entropy), or several numbers (linear and mean squared error). Empty: the one target above.',
      default: [],
      searchable: false,
      visible: (params) => reconstructedInput(params.target) === null,
    },
    anomalyQuantile: {
      kind: 'number',
      label: 'Anomaly quantile',
      help: 'Share of the validation rows whose reconstruction error lies below the threshold; rows above it count as anomalies.',
      default: 0.95,
      min: 0.5,
      max: 0.9999,
      visible: (params) => reconstructedInput(params.target) !== null,
      searchable: false,
    },
    loss: {
      kind: 'choice',
      label: 'Loss',
      help: 'What training makes small.',
      keras: 'loss',
      default: 'auto',
      options: [
        { value: 'auto', label: 'auto', help: 'Follows from the target and the number of units.' },
        ...losses.map((loss) => ({ value: loss.type, label: loss.label, help: loss.help })),
      ],
    },
    ...lossParams(),
    metrics: {
      kind: 'choice',
      label: 'Metrics',
      help: 'What is measured after every epoch besides the loss. Reports of a run hold all scores in any case.',
      keras: 'metrics',
      default: 'auto',
      options: [
        { value: 'auto', label: 'auto', help: 'Accuracy for classes, absolute and squared error for numbers.' },
        { value: 'none', label: 'none', help: 'Only the loss and what is chosen below.' },
        {
          value: 'all',
          label: 'all that fit',
          help: 'Every one below, such as precision, recall, F1, top-5 accuracy, root mean squared error, R².',
        },
      ],
      searchable: false,
    },
    metricList: {
      kind: 'choices',
      label: 'Further metrics',
      help: 'Measured after every epoch too, of training and validation rows. Those that do not fit the target are named.',
      keras: 'metrics',
      default: [],
      options: metrics.map((metric) => ({ value: metric.type, label: metric.label, help: metric.help })),
      searchable: false,
    },
    weight: {
      kind: 'number',
      label: 'Weight',
      help: 'Factor of this loss in the total.',
      keras: 'loss_weights',
      default: 1,
      min: 0,
      max: 1000,
      exclusiveMin: true,
      searchable: false,
    },
  },
  infer: () => [],
  mask: consumesMask,
  weights: () => [],
  headline(params) {
    const target = textParam(params, 'target')
    const weight = numberParam(params, 'weight')
    const input = reconstructedInput(target)
    const together = columnsParam(params, 'targets').join(', ')
    const facts = [
      input ? `gives back ${input}` : together || target || 'the target',
      `loss ${textParam(params, 'loss')}`,
    ]
    return weight === 1 ? facts : [...facts, `weight ${weight}`]
  },
  samples: [{ inputs: [[-1, 3]], params: {} }],
})
