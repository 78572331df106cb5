import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, expect, it } from 'vitest'
import { h } from 'vue'
import type { TemplateInfo } from '../../../../engine/rpc/contract/projects.ts'
import StartPage from '../../../../renderer/features/projects/StartPage.vue'
import { setEngine } from '../../../../renderer/services/engine.ts'
import { useProjectStore } from '../../../../renderer/services/project.store.ts'
import { FakeEngine } from '../../../support/fake-engine.ts'

enableAutoUnmount(afterEach)

it('says what the start page waits for until its templates are there', async () => {
  setActivePinia(createPinia())
  const template: TemplateInfo = {
    id: 'iris',
    title: 'Iris flowers',
    summary: '',
    lesson: '',
    group: 'tables',
    task: 'classification',
    rows: 150,
    columns: 5,
    models: ['mlp'],
  }
  setEngine(new FakeEngine({ 'projects.templates': () => [template], 'projects.recent': () => [] }))
  const project = useProjectStore()
  const page = mount({ render: () => h(TooltipProvider, () => h(StartPage)) }, { attachTo: document.body })
  expect(page.text()).toContain('Connecting to the engine.')
  project.connection = 'connected'
  await flushPromises()
  expect(page.text()).toContain('Loading the templates.')
  await project.loadStart()
  await flushPromises()
  expect(page.text()).not.toContain('Loading the templates.')
  expect(page.text()).toContain('Iris flowers')
})
