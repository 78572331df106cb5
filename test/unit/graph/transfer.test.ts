import { describe, expect, it } from 'vitest'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { applyPatch, invertPatch } from '../../../engine/graph/patch.ts'
import { shareWeights } from '../../../engine/graph/sharing.ts'
import { freezeBase, headsOf, replaceHeads } from '../../../engine/graph/transfer.ts'
import { draw, irisData } from './documents.ts'

/** Two Outputs over a common base; one head is followed by layers without weights. */
const drawn = draw(
  {
    in: ['input'],
    base: ['dense', { units: 8 }],
    norm: ['batch_normalization'],
    a: ['dense', { units: 3 }],
    soft: ['activation', { activation: 'softmax' }],
    b: ['dense', { units: 3, activation: 'softmax' }],
    out: ['output'],
    other: ['output'],
  },
  ['in -> base', 'base -> norm', 'norm -> a', 'a -> soft', 'soft -> out', 'norm -> b', 'b -> other'],
)
const inference = inferDocument(drawn, irisData)

describe('the heads of a network', () => {
  it('are the last layers with weights before each Output', () => {
    expect(headsOf(drawn, inference)).toEqual(['a', 'b'])
  })

  it('are one where they share weights', () => {
    const edit = shareWeights(drawn, 'b', 'a')
    if (!edit.ok) throw new Error(edit.problem.message)
    const shared = applyPatch(drawn, edit.patch)
    expect(headsOf(shared, inferDocument(shared, irisData))).toEqual(['a'])
  })

  it('alone learn when the base is frozen, whatever was frozen before; undone in one step', () => {
    const before = { ...drawn, nodes: { ...drawn.nodes, a: { ...drawn.nodes.a!, frozen: true } } }
    const patch = freezeBase(before, inference)
    const after = applyPatch(before, patch)
    const frozen = Object.values(after.nodes).filter((node) => node.frozen)
    expect(frozen.map((node) => node.id)).toEqual(['base', 'norm'])
    expect(applyPatch(after, invertPatch(patch))).toEqual(before)
  })

  it('are replaced under names that no run knows', () => {
    const patch = replaceHeads(drawn, inference)
    const after = applyPatch(drawn, patch)
    expect([after.nodes.a?.name, after.nodes.b?.name]).toEqual(['head_1', 'head_2'])
    expect(applyPatch(after, invertPatch(patch))).toEqual(drawn)
  })
})
