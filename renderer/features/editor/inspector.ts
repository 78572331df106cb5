import type { Json, JsonObject } from '../../../engine/base/json.ts'
import { adversariesOf } from '../../../engine/graph/adversarial.ts'
import type { Diagnostic } from '../../../engine/graph/diagnostic.ts'
import type { GraphDocument, GraphNode, NodeId } from '../../../engine/graph/document.ts'
import { setParam } from '../../../engine/graph/edit.ts'
import { mergePatches } from '../../../engine/graph/history.ts'
import { applyPatch, type Patch } from '../../../engine/graph/patch.ts'
import { sharingGroup, weightOwner } from '../../../engine/graph/sharing.ts'
import { effectiveParams } from '../../../engine/layers/param-check.ts'
import type { EffectiveParams, ParamSpec } from '../../../engine/layers/params.ts'
import { findLayer } from '../../../engine/layers/registry.ts'

/** The first error of each parameter. */
export function problemsByParam(problems: readonly Diagnostic[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { param, message, severity } of problems)
    if (param !== undefined && severity === 'error') found[param] ??= message
  return found
}

export interface CommonParams {
  specs: Record<string, ParamSpec>
  params: JsonObject
  /** Names whose values differ. */
  mixed: string[]
}

/** Parameters that all of these layers have with one kind, with the value they share. */
export function commonParams(document: GraphDocument, ids: readonly NodeId[]): CommonParams {
  const sets = ids.flatMap((id) => {
    const node = document.nodes[id]
    const declaration = node && findLayer(node.type)
    return node && declaration
      ? [{ specs: declaration.params, values: effectiveParams(declaration.params, node.params) }]
      : []
  })
  const common: CommonParams = { specs: {}, params: {}, mixed: [] }
  const [first, ...others] = sets
  if (!first || sets.length !== ids.length) return common
  const params: Record<string, Json> = {}
  for (const [name, spec] of Object.entries(first.specs)) {
    if (!others.every((other) => other.specs[name]?.kind === spec.kind)) continue
    if (!sets.every((set) => set.specs[name]?.visible?.(set.values) ?? true)) continue
    const value = first.values[name] as Json
    // What is shown has been judged for all layers already.
    common.specs[name] = { ...spec, visible: undefined }
    params[name] = value
    const same = others.every((other) => JSON.stringify(other.values[name]) === JSON.stringify(value))
    if (!same) common.mixed.push(name)
  }
  return { ...common, params }
}

/** What matters of a layer's settings, for its card. */
export function headlineOf(document: GraphDocument, id: NodeId, params: EffectiveParams | undefined): string {
  const declaration = findLayer(document.nodes[id]?.type ?? '')
  if (!declaration || !params) return ''
  const facts = declaration.headline(params)
  // The Output of a GAN has no target of its own: it stands behind the junction.
  const isJudge = declaration.type === 'output' && adversariesOf(document, id) !== undefined
  return (isJudge ? ['real or generated', ...facts.slice(1)] : facts).join(', ')
}

/** Whose weights a layer uses (null: its own) and the names of the others that use the same; null where it shares none. */
export function sharingOf(
  document: GraphDocument,
  id: NodeId,
): { owner: GraphNode | null; users: string[]; title: string; note: string } | null {
  const node = document.nodes[id]
  if (!node) return null
  const owner = weightOwner(document, node)
  const users = sharingGroup(document, node).flatMap((other) => (other.id === id ? [] : [other.name]))
  if (users.length === 0) return null
  const title = owner === node ? `its weights are used by ${users.join(', ')} too` : `uses the weights of ${owner.name}`
  const others = users.filter((name) => name !== owner.name)
  const also = others.length > 0 ? `, as ${others.join(', ')} ${others.length === 1 ? 'does' : 'do'}` : ''
  const note = owner === node ? `Also used by ${users.join(', ')}` : `Uses the weights of ${owner.name}${also}`
  return { owner: owner === node ? null : owner, users, title, note: `${note}; settings count for all.` }
}

/** What a layer may share weights with: its own, or those of any other layer of its type that owns some. */
export function sharingOptions(document: GraphDocument, id: NodeId): { value: string; label: string }[] {
  const node = document.nodes[id]
  const owners = Object.values(document.nodes).filter(
    (other) => other.type === node?.type && other.id !== id && weightOwner(document, other) === other,
  )
  return [
    { value: '', label: 'no other layer' },
    ...owners.map((owner) => ({ value: owner.id, label: owner.name })).sort((a, b) => (a.label < b.label ? -1 : 1)),
  ]
}

/** One patch that sets a parameter on several layers. */
export function setOnAll(document: GraphDocument, ids: readonly NodeId[], param: string, value: Json): Patch {
  let patch: Patch = { label: '', changes: [] }
  let changed = document
  for (const id of ids) {
    const edit = setParam(changed, id, param, value)
    if (!edit.ok) continue
    changed = applyPatch(changed, edit.patch)
    patch = mergePatches(patch, edit.patch)
  }
  return { ...patch, label: `Set ${param} of ${ids.length} layers` }
}
