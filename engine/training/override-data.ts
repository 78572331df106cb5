import { LaminaError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { ColumnSettings, ColumnTransform, ColumnType, DatasetDescription, SplitSettings } from '../data/dataset.ts'
import { checkParam } from '../layers/param-check.ts'
import type { ParamSpec } from '../layers/params.ts'

const numericTransforms: readonly ColumnTransform[] = ['none', 'standardize', 'min-max', 'robust']
const transformsOf: Readonly<Record<ColumnType, readonly ColumnTransform[]>> = {
  numeric: numericTransforms,
  categorical: ['one-hot', 'ordinal'],
  tensor: ['rescale', 'none'],
  text: ['tokens'],
}

const fraction = (label: string): ParamSpec => ({ kind: 'number', label, help: label, default: 0, min: 0, max: 0.9 })
const flag = (label: string): ParamSpec => ({ kind: 'boolean', label, help: label, default: true })

const splitSpecs: Readonly<Record<Exclude<keyof SplitSettings, 'heldOut' | 'given'>, ParamSpec>> = {
  test: fraction('Test fraction'),
  validation: fraction('Validation fraction'),
  stratify: flag('Stratify'),
  shuffle: flag('Shuffle'),
  seed: { kind: 'integer', label: 'Seed', help: 'Seed', default: 1, min: 0, max: Number.MAX_SAFE_INTEGER },
}

const roles: readonly ColumnSettings['role'][] = ['feature', 'target', 'ignore']
const missing: readonly ColumnSettings['missing'][] = [
  'mean',
  'median',
  'most-frequent',
  'constant',
  'drop-row',
  'error',
]

/** Paths that `setData` knows for this description. */
export function dataPaths(description: DatasetDescription): string[] {
  const split = [...Object.keys(splitSpecs), 'heldOut'].map((key) => `data.split.${key}`)
  const columns = description.columns.flatMap((column) =>
    ['role', 'transform', 'missing'].map((setting) => `data.columns.${column.name}.${setting}`),
  )
  return ['data.scaling', ...split, ...columns]
}

function refuse(path: string, expected: string, value: Json): LaminaError {
  return new LaminaError({
    code: 'override.value',
    message: `data.${path} cannot be ${JSON.stringify(value)}.`,
    where: `data.${path}`,
    expected,
    received: JSON.stringify(value),
    fix: `Give ${expected}.`,
  })
}

function oneOf<T extends string>(path: string, options: readonly T[], value: Json): T {
  const found = options.find((option) => option === value)
  if (found === undefined) throw refuse(path, `one of ${options.join(', ')}`, value)
  return found
}

/** One label or a list of them; digits are labels too. */
function labelsOf(path: string, value: Json): string[] {
  const labels = Array.isArray(value) ? value : [value]
  if (labels.every((label) => typeof label === 'string' || typeof label === 'number')) return labels.map(String)
  throw refuse(path, 'a label of the target or a list of labels', value)
}

/** Sets the transform of every numeric feature column. */
export function setScaling(description: DatasetDescription, transform: ColumnTransform): DatasetDescription {
  const columns = description.columns.map((column) =>
    column.type === 'numeric' && column.role === 'feature' ? { ...column, transform } : column,
  )
  return { ...description, columns }
}

/**
 * Sets `scaling` (transform of all numeric features), `split.<field>` or `columns.<name>.<role|transform|missing>`. Returns null
 * for a path it does not know; throws `override.value`.
 */
export function setData(description: DatasetDescription, path: string, value: Json): DatasetDescription | null {
  if (path === 'scaling') return setScaling(description, oneOf(path, numericTransforms, value))
  if (path === 'split.heldOut')
    return { ...description, split: { ...description.split, heldOut: labelsOf(path, value) } }
  if (path.startsWith('split.')) {
    const field = path.slice('split.'.length) as keyof typeof splitSpecs
    const spec = Object.hasOwn(splitSpecs, field) ? splitSpecs[field] : undefined
    if (!spec) return null
    const problem = checkParam(field, spec, value)
    if (problem) throw refuse(path, problem.expected ?? 'a value in range', value)
    const split = { ...description.split, [field]: value }
    if (split.test + split.validation >= 1) throw refuse(path, 'fractions that leave rows to train on', value)
    return { ...description, split }
  }
  if (!path.startsWith('columns.')) return null
  const dot = path.lastIndexOf('.')
  const name = path.slice('columns.'.length, dot)
  const setting = path.slice(dot + 1)
  const column = description.columns.find((item) => item.name === name)
  if (!column) return null
  const changed = columnSetting(column, setting, path, value)
  if (!changed) return null
  return { ...description, columns: description.columns.map((item) => (item === column ? changed : item)) }
}

function columnSetting(column: ColumnSettings, setting: string, path: string, value: Json): ColumnSettings | null {
  switch (setting) {
    case 'role':
      return { ...column, role: oneOf(path, roles, value) }
    case 'transform':
      return {
        ...column,
        transform: oneOf(path, transformsOf[column.type], value),
      }
    case 'missing':
      return { ...column, missing: oneOf(path, missing, value) }
    default:
      return null
  }
}
