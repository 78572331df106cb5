import { ClipboardPaste, Copy, Scissors, Snowflake, SquarePlus, Trash2 } from '@lucide/vue'
import { runCommand } from '../../services/commands.ts'
import type { useModelStore } from '../../services/model.store.ts'
import { formatShortcut } from '../../services/shortcuts.ts'
import type { MenuItem } from '../../ui/menu-items.ts'
import type { useEditorStore } from './editor.store.ts'

/** What can be done with the selection, or with the drawing when nothing is selected. */
export function contextItems(
  editor: ReturnType<typeof useEditorStore>,
  model: ReturnType<typeof useModelStore>,
): MenuItem[] {
  const paste: MenuItem = {
    label: 'Paste',
    icon: ClipboardPaste,
    shortcut: formatShortcut('Mod+V'),
    run: () => runCommand('edit.paste'),
  }
  if (editor.nodes.length === 0 && editor.edges.length === 0)
    return [
      paste,
      { label: 'Select all', shortcut: formatShortcut('Mod+A'), run: editor.selectAll },
      { label: 'Arrange layers', run: () => runCommand('editor.arrange') },
      { label: 'Fit to view', shortcut: formatShortcut('Shift+1'), run: () => runCommand('editor.fit') },
    ]
  const remove: MenuItem = {
    label: 'Delete',
    icon: Trash2,
    danger: true,
    shortcut: formatShortcut('Delete'),
    testid: 'context-delete',
    run: editor.remove,
  }
  if (editor.nodes.length === 0) return [remove]
  const [first] = editor.nodes
  const frozen = editor.nodes.every((id) => model.document.nodes[id]?.frozen)
  return [
    {
      label: 'Rename',
      disabled: editor.nodes.length > 1,
      shortcut: 'F2',
      run: () => {
        editor.renaming = first ?? null
      },
    },
    { label: frozen ? 'Unfreeze' : 'Freeze', icon: Snowflake, run: () => editor.freeze(!frozen) },
    { kind: 'separator' },
    { label: 'Cut', icon: Scissors, shortcut: formatShortcut('Mod+X'), run: () => runCommand('edit.cut') },
    { label: 'Copy', icon: Copy, shortcut: formatShortcut('Mod+C'), run: () => runCommand('edit.copy') },
    paste,
    { label: 'Duplicate', icon: SquarePlus, shortcut: formatShortcut('Mod+D'), run: editor.duplicateSelection },
    { kind: 'separator' },
    remove,
  ]
}
