import { describe, expect, it } from 'vitest'
import { layers } from '../../../../engine/layers/registry.ts'
import { insertCommands } from '../../../../renderer/features/shell/layer-commands.ts'

describe('the layers of the palette as commands', () => {
  const titles = (query: string) => insertCommands(query, layers, () => {}).map(({ title }) => title)

  it('are found by the names that the layer palette knows them by', () => {
    expect(titles('conv2d')[0]).toBe('Insert Conv2D')
    expect(titles('insert lstm')[0]).toBe('Insert LSTM')
    expect(titles('Add Dropout')[0]).toBe('Insert Dropout')
    expect(titles('no such layer')).toEqual([])
  })

  it('are all there when asked to insert, none before anything is asked', () => {
    expect(titles('insert').toSorted()).toEqual(layers.map(({ label }) => `Insert ${label}`).toSorted())
    expect(titles(' ')).toEqual([])
  })

  it('insert the layer they name', () => {
    const inserted: string[] = []
    insertCommands('batch normalization', layers, (type) => inserted.push(type))[0]?.run()
    expect(inserted).toEqual(['batch_normalization'])
  })
})
