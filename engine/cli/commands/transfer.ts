import { resolve } from 'node:path'
import { inferDocument } from '../../graph/infer.ts'
import { headsOf } from '../../graph/transfer.ts'
import { usageError } from '../errors.ts'
import type { CommandContext } from '../session.ts'

interface Options {
  run?: string
  fromProject?: string
  name?: string
  data?: string
  keepHead?: boolean
}

/** `lamina transfer <project> --run id [--from-project file]`: a model that goes on from a run, frozen but for a new head. */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  { run: wanted = 'latest', fromProject, name, data, keepHead }: Options,
): Promise<void> {
  const { client, project } = await open(path!)
  const dataset = project.datasets.find((item) => item.name === data || item.id === data)
  if (data !== undefined && !dataset)
    throw usageError({
      message: `The project has no data set "${data}".`,
      where: project.path,
      expected: project.datasets.map((item) => item.name).join(', ') || 'a project with data',
      received: data,
      fix: 'Name one of these with --data, or leave it out.',
    })
  const model = await client.call.models.fromRun({
    project: project.id,
    run: wanted.replace(/^#/, ''),
    replaceHead: !keepHead,
    ...(fromProject === undefined ? {} : { from: resolve(fromProject) }),
    ...(name === undefined ? {} : { name }),
    ...(dataset ? { dataset: dataset.id } : {}),
  })
  const { document } = model
  const view = model.dataset ? await client.call.datasets.get({ project: project.id, dataset: model.dataset }) : null
  const heads = headsOf(document, inferDocument(document, view?.signature ?? undefined))
  const named = (ids: readonly string[]) => ids.map((id) => document.nodes[id]?.name ?? id)
  const frozen = named(Object.keys(document.nodes).filter((id) => document.nodes[id]?.frozen))
  output.line(
    `Created the model ${model.name}: ${frozen.join(', ') || 'nothing'} frozen, ${named(heads).join(', ')} to learn`,
  )
  output.line(`Next: lamina train ${path} --model "${model.name}"`)
  output.done({ model: { id: model.id, name: model.name }, frozen, heads: named(heads) })
}
