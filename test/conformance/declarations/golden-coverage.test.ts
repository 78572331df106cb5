import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import type { LayerDeclaration } from '../../../engine/layers/layer.ts'
import { effectiveParams } from '../../../engine/layers/param-check.ts'
import { layers } from '../../../engine/layers/registry.ts'
import { layerGoldens } from '../../support/golden-layers.ts'

/** One comparison of a layer with another library: its setting, and the shape of its first input with the batch. */
interface Setting {
  type: string
  params: JsonObject
  shape: readonly number[]
  masked: boolean
}

interface ConvolutionCase {
  type: string
  params: JsonObject
  shape: number[]
  rows: number
}

const convolutions = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/convolution.json'), 'utf8')) as {
  cases: ConvolutionCase[]
}

const settings: Setting[] = [
  ...layerGoldens.flatMap(({ cases }) =>
    cases.map(({ type, params, inputs, masks = [] }) => {
      const masked = masks.some((mask) => mask !== null)
      return { type, params, shape: inputs[0]?.shape ?? [], masked }
    }),
  ),
  ...convolutions.cases.map(({ type, params, shape, rows }) => {
    return { type, params, shape: [rows, ...shape], masked: false }
  }),
]

/** Layers that no other library computes, or that have no numbers of their own. */
const notComputed = new Set(['input', 'output', 'noise', 'real_or_generated'])
/** What draws random numbers is checked against its distribution: unit/native/random. */
const drawn = (type: string) => /dropout|noise/.test(type)
/** Compared by their losses: integration/training/golden-penalties. */
const elsewhere = new Set(['activity_regularization'])

const compared = layers.filter(({ type }) => !notComputed.has(type) && !drawn(type) && !elsewhere.has(type))
const of = (layer: LayerDeclaration) => settings.filter(({ type }) => type === layer.type)

const windowed = compared.filter(({ params }) =>
  Object.keys(params).some((name) => /^(kernel|pool)(Size|Height)$/.test(name)),
)

/** Effective numbers of parameters whose names match. */
function numbersOf(layer: LayerDeclaration, setting: Setting, names: RegExp): number[] {
  const all = Object.entries(effectiveParams(layer.params, setting.params))
  return all.filter(([name]) => names.test(name)).map(([, value]) => Number(value))
}

const kernelSize = /^(kernel|pool)(Size|Depth|Height|Width)$/
const stride = /^stride(s|Depth|Height|Width)$/

describe('what layers are compared with other libraries at', () => {
  it.each(compared.map((layer) => [layer.label, layer] as const))(
    '%s: three settings, and a batch of one',
    (_, layer) => {
      const own = of(layer)
      const distinct = new Set(own.map(({ params, shape, masked }) => JSON.stringify([params, shape.slice(1), masked])))
      expect(distinct.size).toBeGreaterThanOrEqual(3)
      expect(own.some(({ shape }) => shape[0] === 1)).toBe(true)
    },
  )

  it.each(windowed.map((layer) => [layer.label, layer] as const))(
    '%s: odd sizes, an even window with padding same, a stride of 2',
    (_, layer) => {
      const own = of(layer)
      const odd = (sizes: readonly number[]) => sizes.some((size) => size % 2 === 1)
      expect(own.some(({ shape }) => odd(shape.slice(1, -1)))).toBe(true)
      const even = own.filter((setting) => numbersOf(layer, setting, kernelSize).some((size) => size % 2 === 0))
      expect(even.some(({ params }) => params.padding === 'same')).toBe(true)
      // ConvLSTM2D repeats its state, so it has strides for the input alone.
      if (Object.keys(layer.params).some((name) => stride.test(name)))
        expect(own.some((setting) => numbersOf(layer, setting, stride).includes(2))).toBe(true)
    },
  )

  // A mask ends at Dot, and changes nothing there.
  const masked = compared.filter(({ type, mask }) => mask?.consumes && type !== 'dot')
  it.each(masked.map((layer) => [layer.label, layer] as const))('%s: masked steps', (_, layer) => {
    expect(of(layer).some((setting) => setting.masked)).toBe(true)
  })
})
