import { isTextField } from '../../services/commands.ts'
import type { useEditorStore } from './editor.store.ts'
import { GRID } from './geometry.ts'

const directions: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** Keys that belong to the canvas alone: arrows move the selection, Enter and Space select what has the focus, F2 renames, Escape lets go. */
export function handleCanvasKey(event: KeyboardEvent, editor: ReturnType<typeof useEditorStore>): void {
  if (isTextField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
  const focused = focusedElement(event.target)
  const direction = directions[event.key]
  if (direction && editor.nodes.length > 0) {
    const distance = GRID * (event.shiftKey ? 8 : 2)
    editor.moveBy({ x: direction.x * distance, y: direction.y * distance })
  } else if ((event.key === 'Enter' || event.key === ' ') && focused) {
    const add = event.shiftKey
    if (focused.kind === 'edge') editor.select([], [focused.id])
    else editor.select(add ? [...new Set([...editor.nodes, focused.id])] : [focused.id])
  } else if (event.key === 'F2') {
    const id = focused?.kind === 'node' ? focused.id : editor.nodes[0]
    if (id === undefined) return
    editor.select([id])
    editor.renaming = id
  } else if (event.key === 'Escape') editor.select([])
  else return
  event.preventDefault()
}

function focusedElement(target: EventTarget | null): { kind: 'node' | 'edge'; id: string } | null {
  if (!(target instanceof Element)) return null
  const id = target.getAttribute('data-id')
  if (id === null) return null
  if (target.classList.contains('vue-flow__node')) return { kind: 'node', id }
  return target.classList.contains('vue-flow__edge') ? { kind: 'edge', id } : null
}
