import { LaminaError } from '../../base/errors.ts'
import { tableWarnings } from '../../data/profile.ts'
import { validateDataset } from '../../data/validate.ts'
import type { DatasetView } from '../contract/datasets.ts'
import { describedSignature, splitCounts } from './dataset-cache.ts'
import type { OpenProject } from './projects.ts'

/** A data set as its view shows it: what it offers, what is wrong with it, and how its rows are divided. */
export function datasetView(project: OpenProject, id: string, extra: DatasetView['problems'] = []): DatasetView {
  const description = project.tables.description(id)
  const view: DatasetView = {
    description,
    signature: describedSignature(description),
    problems: [...extra],
    splitCounts: { train: 0, validation: 0, test: 0, unlabelled: 0 },
  }
  try {
    const table = project.tables.table(description)
    view.problems.push(...validateDataset(description, table, { targets: 'optional' }), ...tableWarnings(table))
    view.splitCounts = splitCounts(table, description)
  } catch (thrown) {
    const { details } = LaminaError.from(thrown, description.name)
    if (!view.problems.some((problem) => problem.code === details.code))
      view.problems.push({ ...details, severity: 'error' })
  }
  return view
}
