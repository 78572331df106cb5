import type { Command } from '../../services/commands.ts'

export interface ShortcutGroup {
  title: string
  items: { title: string; keys: readonly string[] }[]
}

/** Commands with shortcuts, by the heading they have in the palette. */
export function shortcutGroups(commands: readonly Command[]): ShortcutGroup[] {
  const groups = new Map<string, ShortcutGroup>()
  for (const { group, title, shortcuts } of commands) {
    if (!shortcuts?.length) continue
    const found = groups.get(group) ?? { title: group, items: [] }
    groups.set(group, found)
    found.items.push({ title, keys: shortcuts })
  }
  return [...groups.values()]
}

/** Keys and gestures of the canvas that are no commands. */
export const canvasKeys: ShortcutGroup = {
  title: 'On the canvas',
  items: [
    { title: 'Walk through the layers', keys: ['Tab'] },
    { title: 'Select what has the focus', keys: ['Enter', 'Space'] },
    { title: 'Move the selection', keys: ['Arrows', 'Shift+Arrows'] },
    { title: 'Rename', keys: ['F2'] },
    { title: 'Select nothing', keys: ['Escape'] },
    { title: 'Pan', keys: ['Space+Drag', 'Middle button'] },
    { title: 'Zoom', keys: ['Wheel'] },
    { title: 'Select several', keys: ['Drag', 'Shift+Click'] },
  ],
}
