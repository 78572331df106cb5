import { onBeforeUnmount, onMounted } from 'vue'
import { freezeBase, replaceHeads } from '../../../engine/graph/transfer.ts'
import { isTextField, registerCommands } from '../../services/commands.ts'
import { useModelStore } from '../../services/model.store.ts'
import { useEditorStore } from './editor.store.ts'

/** Editing commands and the clipboard, while the editor is shown. */
export function useEditorCommands(): void {
  const editor = useEditorStore()
  const model = useModelStore()
  const group = 'Edit'
  const chosen = () => editor.nodes.length > 0
  let release = () => {}

  // Copy, cut and paste come as events of the browser: those need no permission to use the clipboard.
  function onCopy(event: ClipboardEvent) {
    if (!mine(event)) return
    const text = editor.copyText()
    if (text === null) return
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    if (event.type === 'cut') editor.remove()
  }
  function onPaste(event: ClipboardEvent) {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (!mine(event) || !text.includes('lamina/fragment')) return
    event.preventDefault()
    editor.pasteText(text)
  }

  onMounted(() => {
    document.addEventListener('copy', onCopy)
    document.addEventListener('cut', onCopy)
    document.addEventListener('paste', onPaste)
    const leavesTextAlone = true
    release = registerCommands(
      {
        id: 'editor.freeze-base',
        title: 'Freeze all but the head',
        group,
        run: () => model.apply(freezeBase(model.document, model.inference)),
      },
      {
        id: 'editor.replace-head',
        title: 'Replace the head',
        group,
        run: () => model.apply(replaceHeads(model.document, model.inference)),
      },
      {
        id: 'edit.undo',
        title: 'Undo',
        group,
        shortcuts: ['Mod+Z'],
        leavesTextAlone,
        enabled: () => model.undoLabel !== null,
        run: model.undo,
      },
      {
        id: 'edit.redo',
        title: 'Redo',
        group,
        shortcuts: ['Mod+Shift+Z', 'Mod+Y'],
        leavesTextAlone,
        enabled: () => model.redoLabel !== null,
        run: model.redo,
      },
      {
        id: 'edit.cut',
        title: 'Cut',
        group,
        shortcuts: ['Mod+X'],
        native: true,
        enabled: chosen,
        run: () => void document.execCommand('cut'),
      },
      {
        id: 'edit.copy',
        title: 'Copy',
        group,
        shortcuts: ['Mod+C'],
        native: true,
        enabled: chosen,
        run: () => void document.execCommand('copy'),
      },
      {
        id: 'edit.paste',
        title: 'Paste',
        group,
        shortcuts: ['Mod+V'],
        native: true,
        run: () => editor.pasteText(),
      },
      {
        id: 'edit.duplicate',
        title: 'Duplicate',
        group,
        shortcuts: ['Mod+D'],
        leavesTextAlone,
        enabled: chosen,
        run: editor.duplicateSelection,
      },
      {
        id: 'edit.delete',
        title: 'Delete',
        group,
        shortcuts: ['Delete', 'Backspace'],
        leavesTextAlone,
        enabled: () => chosen() || editor.edges.length > 0,
        run: editor.remove,
      },
      {
        id: 'edit.selectAll',
        title: 'Select all',
        group,
        shortcuts: ['Mod+A'],
        leavesTextAlone,
        run: editor.selectAll,
      },
    )
  })
  onBeforeUnmount(() => {
    release()
    document.removeEventListener('copy', onCopy)
    document.removeEventListener('cut', onCopy)
    document.removeEventListener('paste', onPaste)
  })
}

/** Events of text fields, and of text that is selected to be copied, are not the canvas'. */
function mine(event: ClipboardEvent): boolean {
  return !isTextField(event.target) && (event.type === 'paste' || (getSelection()?.isCollapsed ?? true))
}
