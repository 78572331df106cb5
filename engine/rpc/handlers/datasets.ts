import { basename, resolve } from 'node:path'
import { LaminaError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { readCompanions, readDataFile } from '../../data/files.ts'
import { inferDataset } from '../../data/infer.ts'
import { profileTable } from '../../data/profile.ts'
import { rowsOf } from '../../data/table.ts'
import { thumbnailsOf } from '../../data/thumbnails.ts'
import { EMBED_LIMIT_BYTES } from '../../store/datasets.ts'
import type { datasets } from '../contract/datasets.ts'
import type { HandlersOf } from '../contract/define.ts'
import type { EngineContext } from '../services/context.ts'
import { partsOrDropped } from '../services/dataset-cache.ts'
import { reread, withColumns } from '../services/dataset-edit.ts'
import { datasetView } from '../services/dataset-view.ts'

export const datasetHandlers: HandlersOf<{ datasets: typeof datasets }, EngineContext>['datasets'] = {
  import({ project, path, upload, csv }, context) {
    const open = context.projects.get(project)
    if ((path === undefined) === (upload === undefined)) throw oneSource(path === undefined)
    const name = basename(upload ? upload.name : path!)
    const bytes = upload ? upload.bytes : readDataFile(resolve(path!))
    const companions = upload ? [] : readCompanions(resolve(path!))
    const embed = upload !== undefined || (companions.length === 0 && bytes.byteLength <= EMBED_LIMIT_BYTES)
    const { description, warnings } = inferDataset(bytes, name, {
      companions,
      csv: defined(csv ?? {}),
      ...(embed ? {} : { path: resolve(path!) }),
    })
    const json = description as unknown as JsonObject
    const stored = open.store.datasets.create(description.name, json, embed ? bytes : null)
    context.projects.changed(open, 'datasets')
    return datasetView(open, stored.id, warnings)
  },

  get: ({ project, dataset }, context) => datasetView(context.projects.get(project), dataset),

  update({ project, dataset, name, columns, split, csv }, context) {
    const open = context.projects.get(project)
    const before = open.tables.description(dataset)
    const read = csv ? reread(open, before, defined(csv)) : null
    let next = read?.description ?? before
    if (columns) next = withColumns(open, next, columns)
    if (split) next = { ...next, split }
    open.store.datasets.update(dataset, next as unknown as JsonObject, name?.trim() || before.name)
    context.projects.changed(open, 'datasets')
    return datasetView(open, dataset, read?.warnings)
  },

  profile({ project, dataset }, context) {
    const { tables } = context.projects.get(project)
    const description = tables.description(dataset)
    return profileTable(tables.table(description), description)
  },

  rows({ project, dataset, from, count }, context) {
    const { tables } = context.projects.get(project)
    const description = tables.description(dataset)
    const table = tables.table(description)
    return {
      columns: table.columns.map((column) => column.name),
      rows: rowsOf(table, from, count),
      thumbnails: thumbnailsOf(table, from, count),
      parts: partsOrDropped(table, description).slice(from, from + count),
      from,
      total: table.rowCount,
    }
  },

  remove({ project, dataset }, context) {
    const open = context.projects.get(project)
    open.store.datasets.remove(dataset)
    context.projects.changed(open, 'datasets', 'models')
    return null
  },
}

/** Without the keys that are undefined: what is not given is detected. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}

function oneSource(none: boolean): LaminaError {
  return new LaminaError({
    code: 'data.no-source',
    message: 'A table is imported either from a path or from uploaded bytes.',
    where: 'datasets.import',
    expected: 'a path or an upload',
    received: none ? 'neither' : 'both',
    fix: 'Choose a file.',
  })
}
