import type { JsonObject } from '../../../engine/base/json.ts'
import type { DatasetSignature, GraphDocument } from '../../../engine/graph/document.ts'
import { addNode, connect } from '../../../engine/graph/edit.ts'
import { mergePatches } from '../../../engine/graph/history.ts'
import { applyPatch, type Patch } from '../../../engine/graph/patch.ts'
import { CARD, GAP } from './geometry.ts'

/** The last Dense of a network for this target: softmax over the classes, sigmoid for two, one linear unit for numbers; a unit each for several targets. */
export function headParams(signature: DatasetSignature | undefined): JsonObject {
  const together = targetsTogether(signature)
  if (together) return { units: together.targets.length, ...(together.labels ? { activation: 'sigmoid' } : {}) }
  const target = signature?.targets[0]
  if (target?.kind !== 'classes') return { units: 1 }
  const classes = target.classes?.length ?? 2
  return classes === 2 ? { units: 1, activation: 'sigmoid' } : { units: classes, activation: 'softmax' }
}

/** Several targets that one Output can predict: all numbers, or all of two classes. */
function targetsTogether(signature: DatasetSignature | undefined): { targets: string[]; labels: boolean } | null {
  const all = signature?.targets ?? []
  const labels = all.every(({ kind, classes }) => kind === 'classes' && classes?.length === 2)
  if (all.length < 2 || !(labels || all.every(({ kind }) => kind === 'numeric'))) return null
  return { targets: all.map(({ column }) => column), labels }
}

/** A patch that draws Input, a hidden Dense, a Dense for the target and Output, as a place to begin. */
export function starter(document: GraphDocument, signature: DatasetSignature | undefined): Patch {
  const together = targetsTogether(signature)
  const chain: { type: string; params: JsonObject }[] = [
    { type: 'input', params: {} },
    { type: 'dense', params: { units: 16, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', params: headParams(signature) },
    { type: 'output', params: together ? { targets: together.targets } : {} },
  ]
  let patch: Patch = { label: 'Begin with a small network', changes: [] }
  let drawn = document
  let before: string | null = null
  for (const [index, { type, params }] of chain.entries()) {
    const added = addNode(drawn, type, { x: 80, y: 80 + index * (CARD.height + GAP.y) }, { params })
    if (!added.ok) continue
    drawn = applyPatch(drawn, added.patch)
    patch = mergePatches(patch, added.patch)
    if (before !== null) {
      const joined = connect(drawn, { node: before, port: 'output' }, { node: added.node.id, port: 'input' })
      if (joined.ok) {
        drawn = applyPatch(drawn, joined.patch)
        patch = mergePatches(patch, joined.patch)
      }
    }
    before = added.node.id
  }
  return { ...patch, label: 'Begin with a small network' }
}
