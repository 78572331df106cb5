import { enableAutoUnmount, mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { afterEach, describe, expect, it } from 'vitest'
import { h, nextTick } from 'vue'
import { dense } from '../../../../engine/layers/core/dense.layer.ts'
import UiErrorNotice from '../../../../renderer/ui/UiErrorNotice.vue'
import UiNumberField from '../../../../renderer/ui/UiNumberField.vue'
import UiParamForm from '../../../../renderer/ui/UiParamForm.vue'
import UiSelect from '../../../../renderer/ui/UiSelect.vue'
import UiSplit from '../../../../renderer/ui/UiSplit.vue'
import UiTable from '../../../../renderer/ui/UiTable.vue'

enableAutoUnmount(afterEach)

describe('a number field', () => {
  const units = { min: 1, max: 100, integer: true }

  it('emits a value on Enter, and not while it is out of range', async () => {
    const field = mount(UiNumberField, { props: { modelValue: 4, label: 'Units', range: units } })
    const input = field.get('input')
    await input.setValue('0')
    await input.trigger('keydown', { key: 'Enter' })
    expect(field.emitted('update:modelValue')).toBeUndefined()
    expect(field.get('[role=alert]').text()).toBe('Expected at least 1, received 0.')
    expect(input.attributes('aria-invalid')).toBe('true')
    await input.setValue('12')
    await input.trigger('keydown', { key: 'Enter' })
    expect(field.emitted('update:modelValue')?.[0]).toEqual([12])
  })

  it('steps by arrow keys and takes back what was typed on Escape', async () => {
    const field = mount(UiNumberField, { props: { modelValue: 4, label: 'Units', range: units } })
    const input = field.get('input')
    await input.trigger('keydown', { key: 'ArrowUp' })
    expect(field.emitted('update:modelValue')?.[0]).toEqual([5])
    await input.setValue('77')
    await input.trigger('keydown', { key: 'Escape' })
    expect((input.element as HTMLInputElement).value).toBe('4')
  })

  it('shows in place of 0 that the choice is left open', async () => {
    const zero = 'automatic (2)'
    const field = mount(UiNumberField, { props: { modelValue: 0, label: 'Threads', range: { min: 0, integer: true }, zero } }) // biome-ignore format: one field
    const input = field.get('input')
    const shown = () => (input.element as HTMLInputElement).value
    expect(shown()).toBe(zero)
    await input.setValue('3')
    expect(field.emitted('update:modelValue')).toEqual([[3]])
    await field.setProps({ modelValue: 3 })
    await input.setValue('0')
    expect(field.emitted('update:modelValue')).toEqual([[3], [0]])
    expect(shown()).toBe(zero)
    await field.setProps({ modelValue: 0, zero: 'automatic (4)' })
    expect(shown()).toBe('automatic (4)')
    await input.setValue('')
    expect(field.find('[role=alert]').exists()).toBe(false)
  })

  it('is empty where several values differ', () => {
    const field = mount(UiNumberField, { props: { modelValue: Number.NaN, label: 'Units', placeholder: 'mixed' } })
    expect((field.get('input').element as HTMLInputElement).value).toBe('')
    expect(field.find('[role=alert]').exists()).toBe(false)
  })
})

describe('a select', () => {
  it('shows the chosen label and opens a list of options', async () => {
    const options = [
      { value: 'relu', label: 'ReLU', help: '$\\max(0, x)$' },
      { value: 'tanh', label: 'tanh' },
    ]
    const select = mount(UiSelect, {
      props: { modelValue: 'relu', label: 'Activation', options },
      attachTo: document.body,
    })
    expect(select.get('[role=combobox]').text()).toBe('ReLU')
    await select.get('[role=combobox]').trigger('click')
    await nextTick()
    const shown = [...document.querySelectorAll('[role=option]')]
    expect(shown.map((option) => option.getAttribute('data-value'))).toEqual(['relu', 'tanh'])
    expect(shown[0]?.textContent).toContain('max(0, x)')
    ;(shown[1] as HTMLElement).click()
    await nextTick()
    expect(select.emitted('update:modelValue')).toEqual([['tanh']])
  })
})

describe('an error notice', () => {
  it('says what, where, expected, received, how to fix it, and its code', () => {
    const notice = mount(UiErrorNotice, {
      props: {
        error: {
          code: 'data.ragged-row',
          message: 'Row 7 has 4 cells.',
          where: 'a.csv:7',
          expected: '5',
          received: '4',
          fix: 'Mend it.',
        },
      },
    })
    for (const text of ['Row 7 has 4 cells.', 'a.csv:7', 'Expected5', 'Received4', 'Mend it.', 'data.ragged-row'])
      expect(notice.text()).toContain(text)
    expect(notice.attributes('role')).toBe('alert')
  })
})

describe('a parameter form', () => {
  it('renders every visible parameter of a declaration and names the one that changes', async () => {
    const updates: unknown[][] = []
    const onUpdate = (...update: unknown[]) => updates.push(update)
    const form = mount({
      render: () =>
        h(TooltipProvider, () => h(UiParamForm, { specs: dense.params, params: { useBias: false }, onUpdate })),
    })
    expect(form.find('[data-testid=inspector-param-units]').exists()).toBe(true)
    expect(form.find('[data-testid=inspector-param-biasL2]').exists()).toBe(false)
    const units = form.get('[data-testid=inspector-param-units]')
    await units.setValue('64')
    await units.trigger('change')
    expect(updates[0]).toEqual(['units', 64])
  })
})

describe('a table', () => {
  const rows = Array.from({ length: 500 }, (_, index) => ({ id: `r${index}`, loss: 500 - index }))
  const columns = [
    { id: 'id', label: 'Run', text: (row: { id: string }) => row.id },
    {
      id: 'loss',
      label: 'Loss',
      text: (row: { loss: number }) => String(row.loss),
      sort: (row: { loss: number }) => row.loss,
    },
  ]
  const props = { rows, columns, rowKey: (row: { id: string }) => row.id, label: 'Runs', selected: [], multiple: true }

  it('renders only the rows in sight', async () => {
    const table = mount(UiTable, { props, attachTo: document.body } as never)
    await nextTick()
    const shown = table.findAll('[role=row]').length
    expect(shown).toBeGreaterThan(5)
    expect(shown).toBeLessThan(100)
  })

  it('sorts by a heading and tells so', async () => {
    const table = mount(UiTable, { props, attachTo: document.body } as never)
    await table.get('[role=columnheader] button').trigger('click')
    await nextTick()
    expect(table.findAll('[role=columnheader]')[1]?.attributes('aria-sort')).toBe('ascending')
    expect(table.findAll('[data-row]')[0]?.attributes('data-row')).toBe('r499')
  })

  it('moves and selects by keys, and opens on Enter', async () => {
    const table = mount(UiTable, { props, attachTo: document.body } as never)
    await table.trigger('keydown', { key: 'ArrowDown' })
    expect(table.emitted('update:selected')?.at(-1)).toEqual([['r1']])
    await table.trigger('keydown', { key: 'Enter' })
    expect(table.emitted('open')?.[0]).toEqual([rows[1]])
  })
})

describe('a split panel', () => {
  it('is resized by keys and says its size', async () => {
    const split = mount(UiSplit, { props: { size: 200, side: 'left', label: 'Width of the palette' } })
    const divider = split.get('[role=separator]')
    expect(divider.attributes('aria-valuenow')).toBe('200')
    await divider.trigger('keydown', { key: 'ArrowRight' })
    expect(split.emitted('update:size')?.[0]).toEqual([216])
  })

  it('has no divider while it is collapsed', () => {
    const split = mount(UiSplit, { props: { size: 200, side: 'bottom', label: 'Height', collapsed: true } })
    expect(split.find('[role=separator]').exists()).toBe(false)
  })
})
