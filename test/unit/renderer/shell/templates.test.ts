import { describe, expect, it } from 'vitest'
import { templates } from '../../../../engine/templates/registry.ts'
import { groupTemplates } from '../../../../renderer/features/projects/start.ts'

const list = templates.map((template) => ({ ...template, rows: 1, columns: 1, models: [template.modelName] }))
const found = (query: string) => groupTemplates(list, query).flatMap((group) => group.templates.map(({ id }) => id))

describe('the templates of the start page', () => {
  it('are all listed, each once', () => {
    expect(found('').toSorted()).toEqual(templates.map(({ id }) => id).toSorted())
  })

  it('are found by title, group and task', () => {
    expect(found('IRIS')).toContain('iris')
    expect(found('denoising auto')).toContain('denoising-autoencoder')
    expect(found('regression')).toContain('diabetes')
    expect(found('unsupervised')).toContain('autoencoder')
    expect(found('no such template')).toEqual([])
  })
})
