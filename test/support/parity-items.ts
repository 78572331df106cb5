import { initializerParams } from '../../engine/layers/initializers.ts'
import { layers } from '../../engine/layers/registry.ts'
import { losses } from '../../engine/training/losses/registry.ts'
import { metrics } from '../../engine/training/metrics/registry.ts'
import { optimizers } from '../../engine/training/optimizers/registry.ts'
import { schedules } from '../../engine/training/schedules/registry.ts'

const offered = initializerParams('kernel', 'zeros', '').kernelInitializer
const initializers = offered?.kind === 'choice' ? offered.options.map(({ value }) => value) : []

/** Everything docs/parity.md speaks of by kind, with the names its rows may have. */
export const registered: Readonly<Record<string, readonly { label: string; names: readonly string[] }[]>> = {
  layer: layers.map(({ type, label, keras }) => {
    const other: Readonly<Record<string, string>> = {
      activation: 'activation relu',
      transformer_encoder: 'TransformerEncoderLayer',
    }
    return { label, names: [type, label, keras ?? label, other[type] ?? label] }
  }),
  loss: losses.map(({ type }) => ({ label: type, names: [type] })),
  optimizer: optimizers.map(({ type }) => ({ label: type, names: [type] })),
  schedule: schedules.map(({ type }) => ({ label: type, names: [type] })),
  metric: metrics.map(({ type }) => ({ label: type, names: [type] })),
  initializer: initializers.map((name) => ({ label: name, names: [name] })),
}
