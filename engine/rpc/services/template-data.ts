import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Random, Stream } from '../../base/rng.ts'
import { readDataFile } from '../../data/files.ts'
import { numbersToNpy, tensorToNpy, textsToNpy } from '../../data/readers/npy.ts'
import { toNpz } from '../../data/readers/npz.reader.ts'
import { sampleDatasets } from '../../data/samples.ts'
import { cellsToCsv } from '../../data/table.ts'
import type { DataGenerator, GeneratedColumn, Template } from '../../templates/template.ts'
import { withHiddenLabels } from './hidden-labels.ts'

/** Every project made from a template holds the same rows. */
const SEED = 1

export interface TemplateFile {
  /** File name, which says the format. */
  name: string
  bytes: Uint8Array
}

/** The data of a template as a file: what ships in `resources/datasets/`, or what its generator makes. */
export function templateFile(resources: string, { data }: Pick<Template, 'data'>): TemplateFile {
  if (data.generator) return generatedFile(data.generator)
  const base = join(resources, 'datasets', data.file)
  const path = [`${base}.csv`, `${base}.csv.gz`].find((candidate) => existsSync(candidate)) ?? `${base}.csv`
  return withHiddenLabels({ name: basename(path), bytes: readDataFile(path) }, data)
}

/** Rows and columns of a template's data, without reading or making it. */
export function templateSize({ data }: Pick<Template, 'data'>): { rows: number; columns: number } {
  if (data.generator) return { rows: data.generator.rows, columns: data.generator.columns }
  const sample = sampleDatasets.find((item) => item.file.replace(/\.csv(\.gz)?$/, '') === data.file)
  return { rows: sample?.rows ?? 0, columns: (sample?.columns ?? 0) + (data.hideLabels ? 1 : 0) }
}

/** A table as CSV; with arrays among its columns as NumPy's npz. */
function generatedFile(generator: DataGenerator): TemplateFile {
  const columns = generator.make(new Random(SEED, Stream.generatedData))
  if (columns.some(({ shape }) => shape))
    return {
      name: `${generator.name}.npz`,
      bytes: toNpz(Object.fromEntries(columns.map((column) => [column.name, arrayOf(column)]))),
    }
  const text = cellsToCsv(
    columns.map((column) => column.name),
    generator.rows,
    (column, row) => String(columns[column]!.values[row]),
  )
  return { name: `${generator.name}.csv`, bytes: new TextEncoder().encode(text) }
}

function arrayOf({ values, shape }: GeneratedColumn): Uint8Array {
  if (shape) return tensorToNpy({ shape: [...shape], data: values })
  const cells = Array.from<number | string>(values)
  return cells.every((cell) => typeof cell === 'number')
    ? numbersToNpy(cells)
    : textsToNpy(cells.map((cell) => String(cell)))
}
