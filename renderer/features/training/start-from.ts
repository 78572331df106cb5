import type { StartedFrom } from '../../../engine/rpc/contract/training.ts'

const texts: Readonly<Record<StartedFrom['layers'][number]['status'], string>> = {
  loaded: 'loaded',
  shape: 'fresh, other shapes there',
  missing: 'fresh, no such layer there',
  left: 'fresh, as asked for',
}

/** What becomes of one layer, in words; with the other name where it has one. */
export function transferText({ layer, from, status }: StartedFrom['layers'][number]): string {
  return from && from !== layer ? `${texts[status]} (${from})` : texts[status]
}

/** One line about where a run's weights came from. */
export function startText({ name, modelName, project, layers, hash }: StartedFrom): string {
  const loaded = layers.filter(({ status }) => status === 'loaded').map(({ layer }) => layer)
  const place = project ? ` in ${project}` : ''
  return `${name} of ${modelName}${place}: ${loaded.join(', ')} (SHA-256 ${hash.slice(0, 12)})`
}
