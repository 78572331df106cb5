import { enableAutoUnmount, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Component, h, nextTick } from 'vue'
import type { DatasetView } from '../../../../engine/rpc/contract/datasets.ts'
import { handleCanvasKey } from '../../../../renderer/features/editor/canvas-keys.ts'
import { useEditorStore } from '../../../../renderer/features/editor/editor.store.ts'
import InspectorPanel from '../../../../renderer/features/editor/InspectorPanel.vue'
import LayerPalette from '../../../../renderer/features/editor/LayerPalette.vue'
import { setEngine } from '../../../../renderer/services/engine.ts'
import { useLogStore } from '../../../../renderer/services/log.store.ts'
import { useModelStore } from '../../../../renderer/services/model.store.ts'
import { useProjectStore } from '../../../../renderer/services/project.store.ts'
import { FakeEngine } from '../../../support/fake-engine.ts'
import { documentOf, signatureOf } from '../../../support/model.ts'

enableAutoUnmount(afterEach)

function show(component: Component) {
  return mount({ render: () => h(TooltipProvider, () => h(component)) }, { attachTo: document.body })
}

describe('the editor', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    setEngine(
      new FakeEngine({
        'models.save': () => ({ revision: 2 }),
        'models.summary': () => ({ diagnostics: [], cost: null, outputs: [] }),
        'app.updateSettings': () => null,
      }),
    )
    const model = useModelStore()
    model.document = documentOf({
      features: { type: 'input' },
      hidden: { type: 'dense', params: { units: 8, activation: 'relu' } },
      classes: { type: 'dense', params: { units: 3, activation: 'softmax' } },
      species: { type: 'output' },
    })
    useProjectStore().datasets = {
      dst_1: { signature: signatureOf(4, 3), splitCounts: { train: 90 } } as unknown as DatasetView,
    }
    model.record = { id: 'mdl_1', name: 'mlp', dataset: 'dst_1', revision: 1, updatedAt: '' }
  })

  it('shows a selected layer with its shapes and weights', async () => {
    useEditorStore().select(['hidden'])
    const inspector = show(InspectorPanel)
    expect(inspector.get('[data-testid=inspector-output-shape]').text()).toBe('N x 8')
    expect(inspector.get('[data-testid=inspector-parameters]').text()).toBe('40')
    expect(inspector.text()).toContain('kernel')
  })

  it('changes a parameter, and shapes and counts follow at once', async () => {
    useEditorStore().select(['hidden'])
    const inspector = show(InspectorPanel)
    const units = inspector.get('[data-testid=inspector-param-units]')
    await units.setValue('16')
    await units.trigger('change')
    expect(useModelStore().document.nodes.hidden?.params.units).toBe(16)
    expect(inspector.get('[data-testid=inspector-parameters]').text()).toBe('80')
    expect(useModelStore().inference.parameters).toBe(80 + 16 * 3 + 3)
  })

  it('refuses a name that is taken and says why', async () => {
    useEditorStore().select(['hidden'])
    const inspector = show(InspectorPanel)
    const name = inspector.get('[data-testid=inspector-name]')
    await name.setValue('classes')
    await name.trigger('change')
    expect(useModelStore().document.nodes.hidden?.name).toBe('hidden')
    expect(inspector.get('[role=alert]').text()).toContain('Another layer is called "classes".')
  })

  it('edits what several layers have in common', async () => {
    useEditorStore().select(['hidden', 'classes'])
    const inspector = show(InspectorPanel)
    expect(inspector.get('h2').text()).toBe('2 layers')
    const units = inspector.get('[data-testid=inspector-param-units]')
    expect(units.attributes('placeholder')).toBe('mixed')
    await units.setValue('5')
    await units.trigger('change')
    const { nodes } = useModelStore().document
    expect([nodes.hidden?.params.units, nodes.classes?.params.units]).toEqual([5, 5])
  })

  it('lets a layer share the weights of another, and says so on both', async () => {
    useEditorStore().select(['hidden'])
    const inspector = show(InspectorPanel)
    await inspector.get('[data-testid=inspector-share]').trigger('click')
    const option = [...document.querySelectorAll<HTMLElement>('[role=option]')].find((each) =>
      each.textContent?.includes('classes'),
    )
    option?.click()
    await nextTick()
    expect(useModelStore().document.nodes.hidden).toMatchObject({
      weightsFrom: 'classes',
      params: { units: 3, activation: 'softmax' },
    })
    expect(inspector.get('[data-testid=inspector-shared-by]').text()).toMatch(/^Uses the weights of classes;/)
    expect(inspector.get('[data-testid=inspector-parameters]').text()).toBe('those of classes')
    useEditorStore().select(['classes'])
    await nextTick()
    expect(inspector.get('[data-testid=inspector-shared-by]').text()).toMatch(/^Also used by hidden;/)
  })

  it('sums the model up when nothing is selected, with problems that repair', async () => {
    const model = useModelStore()
    const editor = useEditorStore()
    editor.dropAt('dense', { x: 0, y: 400 }, null)
    editor.select([])
    const inspector = show(InspectorPanel)
    await nextTick()
    expect(inspector.get('[data-testid=model-summary]').text()).toContain('Parameters67')
    const repair = inspector
      .findAll('[data-testid=inspector-problems] button')
      .find((button) => button.text().startsWith('Remove'))
    await repair?.trigger('click')
    expect(Object.keys(model.document.nodes)).toHaveLength(4)
    expect(model.errorCount).toBe(0)
  })

  it('inserts the palette entry that is entered after the selection', async () => {
    const editor = useEditorStore()
    editor.select(['hidden'])
    const palette = show(LayerPalette)
    await palette.get('[data-testid=palette-dropout]').trigger('keydown', { key: 'Enter' })
    const { document: drawn } = useModelStore()
    const [inserted] = editor.nodes
    expect(drawn.nodes[inserted ?? '']?.type).toBe('dropout')
    expect(Object.values(drawn.edges).some((edge) => edge.from.node === inserted && edge.to.node === 'classes')).toBe(
      true,
    )
  })

  it('narrows the palette to what is searched', async () => {
    const palette = show(LayerPalette)
    await palette.get('[data-testid=palette-search]').setValue('flat')
    expect(palette.findAll('[data-layer]').map((entry) => entry.attributes('data-testid'))).toEqual(['palette-flatten'])
  })

  it('copies and pastes with new names, and each paste a bit further', () => {
    const editor = useEditorStore()
    const model = useModelStore()
    editor.select(['hidden', 'classes'])
    expect(editor.copyText()).toContain('lamina/fragment')
    editor.pasteText()
    editor.pasteText()
    expect(Object.keys(model.document.nodes)).toHaveLength(8)
    const pasted = editor.nodes.map((id) => model.document.nodes[id])
    expect(pasted.map((node) => node?.name)).toEqual(['hidden_2', 'classes_2'])
    expect(pasted[0]?.position.x).toBe(64)
  })

  it('says what is wrong with a clipboard that holds no layers', () => {
    useEditorStore().pasteText('hello')
    expect(useLogStore().toasts.at(-1)?.error?.code).toBe('edit.not-a-fragment')
  })

  it('removes layers with their connections in one step', () => {
    const editor = useEditorStore()
    const model = useModelStore()
    editor.select(['hidden'])
    editor.remove()
    expect(model.document.nodes.hidden).toBeUndefined()
    expect(Object.keys(model.document.edges)).toHaveLength(1)
    model.undo()
    expect(Object.keys(model.document.edges)).toHaveLength(3)
  })

  it('refuses a connection that would close a cycle and leaves the drawing as it is', () => {
    const before = useModelStore().document
    const joined = useEditorStore().join({ node: 'classes', port: 'output' }, { node: 'hidden', port: 'input' })
    expect(joined).toBe(false)
    expect(useModelStore().document).toBe(before)
    expect(useLogStore().toasts.at(-1)?.error?.code).toBe('graph.cycle')
  })

  it('moves the selection by arrow keys as one undo step, and lets go on Escape', () => {
    const editor = useEditorStore()
    const model = useModelStore()
    editor.select(['hidden'])
    const key = (name: string) => handleCanvasKey(new KeyboardEvent('keydown', { key: name, cancelable: true }), editor)
    key('ArrowRight')
    key('ArrowRight')
    key('ArrowDown')
    expect(model.document.nodes.hidden?.position).toEqual({ x: 16, y: 8 })
    model.undo()
    expect(model.document.nodes.hidden?.position).toEqual({ x: 0, y: 0 })
    key('Escape')
    expect(editor.nodes).toEqual([])
  })
})
