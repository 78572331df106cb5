import type { ColumnSettings, ColumnTransform, ColumnType, MissingPolicy } from '../../../engine/data/dataset.ts'

export interface Option<Value extends string = string> {
  value: Value
  label: string
  help?: string
}

const typeOptions: Option<ColumnType>[] = [
  { value: 'numeric', label: 'numeric' },
  { value: 'categorical', label: 'categorical' },
  { value: 'text', label: 'text', help: 'Running text, cut into words or characters.' },
]

/** Types that a column can be given: arrays stay arrays, nothing else becomes them. */
export function typeOptionsOf(column: ColumnSettings): Option<ColumnType>[] {
  return column.type === 'tensor'
    ? [{ value: 'tensor', label: 'array', help: 'Images and other arrays.' }]
    : typeOptions
}

export const roleOptions: Option<ColumnSettings['role']>[] = [
  { value: 'feature', label: 'feature', help: 'An input of the network.' },
  { value: 'target', label: 'target', help: 'What the network is to predict.' },
  { value: 'ignore', label: 'ignore', help: 'Left out.' },
]

const transforms: Record<ColumnType, Option<ColumnTransform>[]> = {
  numeric: [
    { value: 'none', label: 'none', help: 'Numbers as they are.' },
    { value: 'standardize', label: 'standardize', help: '(x − mean) / standard deviation, of the training rows.' },
    { value: 'min-max', label: 'min-max', help: '(x − min) / (max − min), of the training rows.' },
    { value: 'robust', label: 'robust', help: '(x − median) / interquartile range, of the training rows.' },
  ],
  categorical: [
    { value: 'one-hot', label: 'one-hot', help: 'One column a category, 1 where it applies.' },
    { value: 'ordinal', label: 'ordinal', help: 'The position in the order of categories; set that order below.' },
  ],
  tensor: [
    { value: 'rescale', label: '1/255', help: 'Bytes divided by 255.' },
    { value: 'none', label: 'none', help: 'Numbers as they are.' },
  ],
  text: [{ value: 'tokens', label: 'tokens', help: 'Ids of words or characters; set vocabulary and length below.' }],
}

const missingPolicies: Record<ColumnType, Option<MissingPolicy>[]> = {
  numeric: [
    { value: 'mean', label: 'mean' },
    { value: 'median', label: 'median' },
    { value: 'constant', label: 'constant' },
    { value: 'drop-row', label: 'drop row' },
    { value: 'error', label: 'refuse' },
  ],
  categorical: [
    { value: 'most-frequent', label: 'most frequent' },
    { value: 'constant', label: 'constant' },
    { value: 'drop-row', label: 'drop row' },
    { value: 'error', label: 'refuse' },
  ],
  tensor: [{ value: 'error', label: 'none' }],
  text: [
    { value: 'constant', label: 'constant' },
    { value: 'drop-row', label: 'drop row' },
    { value: 'error', label: 'refuse' },
  ],
}

/** Transforms that a column of this type and role can have. A categorical target is always a class index. */
export function transformOptions(column: ColumnSettings): Option<ColumnTransform>[] {
  if (column.role === 'target' && column.type === 'categorical')
    return [{ value: 'ordinal', label: 'class index', help: 'Classes in the order of the categories.' }]
  return transforms[column.type]
}

export function missingOptions(column: ColumnSettings): Option<MissingPolicy>[] {
  return missingPolicies[column.type]
}

/** A change of one column with what follows from it: another type brings its own transform and missing policy. */
export function changeColumn(
  columns: readonly ColumnSettings[],
  name: string,
  change: Partial<ColumnSettings>,
): ColumnSettings[] {
  return columns.map((column) => {
    if (column.name !== name) return column
    const next = { ...column, ...change }
    if (!transformOptions(next).some((option) => option.value === next.transform))
      next.transform = next.type === 'numeric' ? 'standardize' : transformOptions(next)[0]!.value
    if (!missingOptions(next).some((option) => option.value === next.missing))
      next.missing = missingOptions(next)[0]!.value
    return next
  })
}

/** The list with the item at `from` moved to `to`. */
export function moveItem<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items]
  const [item] = next.splice(from, 1)
  if (item !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, item)
  return next
}

/** Ignored columns of a few labels: they may say which part of the split a row belongs to. */
export function partColumns(columns: readonly ColumnSettings[]): string[] {
  return columns
    .filter(
      ({ type, role, categories }) => type === 'categorical' && role === 'ignore' && (categories?.length ?? 9) <= 3,
    )
    .map(({ name }) => name)
}
