import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { EdgeId, NodeId } from '../../../engine/graph/document.ts'
import {
  connect,
  disconnect,
  type Edit,
  type NodeEdit,
  type Point,
  removeNodes,
  rename,
  setFrozen,
} from '../../../engine/graph/edit.ts'
import { copyNodes, duplicate, parseFragment, paste } from '../../../engine/graph/fragment.ts'
import { mergePatches } from '../../../engine/graph/history.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { useLogStore } from '../../services/log.store.ts'
import { useModelStore } from '../../services/model.store.ts'
import { arrange } from './arrange.ts'
import { defaultPlace, drop, insertAfter, nudge } from './editing.ts'
import { CARD } from './geometry.ts'

/** What is selected on the canvas, and what can be done with it. Every change of the document is a patch of the model store. */
export const useEditorStore = defineStore('editor', () => {
  const model = useModelStore()
  const log = useLogStore()
  const chosenNodes = shallowRef<readonly NodeId[]>([])
  const chosenEdges = shallowRef<readonly EdgeId[]>([])
  /** The node whose name is being edited on its card. */
  const renaming = ref<NodeId | null>(null)
  /** Why the connection that is being dragged would be refused. */
  const hint = ref<string | null>(null)
  /** Each paste of one copy goes a bit further. */
  let pastes = 0
  let clipboard = ''

  /** Selected nodes that still exist. */
  const nodes = computed(() => chosenNodes.value.filter((id) => model.document.nodes[id] !== undefined))
  const edges = computed(() => chosenEdges.value.filter((id) => model.document.edges[id] !== undefined))

  function select(ids: readonly NodeId[], connections: readonly EdgeId[] = []) {
    chosenNodes.value = ids
    chosenEdges.value = connections
  }

  function take(edit: Edit | NodeEdit): boolean {
    if (!edit.ok) {
      log.toast({ kind: 'error', message: edit.problem.message, error: edit.problem })
      return false
    }
    model.apply(edit.patch)
    if ('node' in edit) select([edit.node.id])
    return true
  }

  /** Adds a layer behind the selected one, or where there is room. */
  function insert(type: string) {
    const [only, ...more] = nodes.value
    const [edge] = edges.value
    if (only !== undefined && more.length === 0) return take(insertAfter(model.document, only, type))
    const between = edge === undefined ? undefined : model.document.edges[edge]?.from.node
    if (between !== undefined) return take(insertAfter(model.document, between, type))
    return take(drop(model.document, type, centreOf(defaultPlace(model.document)), null))
  }

  function remove() {
    if (nodes.value.length === 0 && edges.value.length === 0) return
    const cut = disconnect(model.document, edges.value)
    const gone = removeNodes(applyPatch(model.document, cut), nodes.value)
    model.apply(gone.changes.length === 0 ? cut : { ...mergePatches(cut, gone), label: gone.label })
    select([])
  }

  /** The selected layers as clipboard text; null when none is selected. */
  function copyText(): string | null {
    if (nodes.value.length === 0) return null
    pastes = 0
    clipboard = JSON.stringify(copyNodes(model.document, nodes.value))
    return clipboard
  }

  /** Pastes clipboard text, or what was copied last in this window. */
  function pasteText(text = clipboard) {
    try {
      pastes += 1
      const pasted = paste(model.document, parseFragment(text), { x: 32 * pastes, y: 32 * pastes })
      model.apply(pasted.patch)
      select(pasted.nodes)
    } catch (thrown) {
      log.fail(thrown)
    }
  }

  function duplicateSelection() {
    const copy = duplicate(model.document, nodes.value)
    model.apply(copy.patch)
    select(copy.nodes)
  }

  async function arrangeAll() {
    model.apply(await arrange(model.document))
  }

  function renameNode(id: NodeId, name: string): string | null {
    if (model.document.nodes[id]?.name === name) return null
    const edit = rename(model.document, id, name)
    if (!edit.ok) return `${edit.problem.message} Expected ${edit.problem.expected}.`
    model.apply(edit.patch)
    return null
  }

  function join(from: { node: NodeId; port: string }, to: { node: NodeId; port: string }) {
    hint.value = null
    return take(connect(model.document, from, to))
  }

  return {
    nodes,
    edges,
    renaming,
    hint,
    take,
    select,
    selectAll: () => select(Object.keys(model.document.nodes)),
    insert,
    dropAt: (type: string, centre: Point, edge: EdgeId | null) => take(drop(model.document, type, centre, edge)),
    remove,
    copyText,
    pasteText,
    duplicateSelection,
    arrangeAll,
    renameNode,
    join,
    moveBy: (by: Point) => model.apply(nudge(model.document, nodes.value, by), `nudge ${nodes.value.join()}`),
    freeze: (frozen: boolean) => model.apply(setFrozen(model.document, nodes.value, frozen)),
  }
})

function centreOf(corner: Point): Point {
  return { x: corner.x + CARD.width / 2, y: corner.y + CARD.height / 2 }
}
