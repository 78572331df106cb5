/** Ctrl on Windows and Linux, Command on macOS. */
function isMac(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)
}

/** True when the event is the shortcut, such as `Mod+Shift+Z`, `Delete` or `F2`; no further modifier may be held. */
export function matchesShortcut(event: KeyboardEvent, shortcut: string, mac = isMac()): boolean {
  const parts = shortcut.split('+')
  const key = parts.at(-1)?.toLowerCase()
  const mod = parts.includes('Mod')
  const pressed = event.key.toLowerCase()
  // A digit is meant by its key: with Shift or another layout it prints something else.
  const same = pressed === key || (/^\d$/.test(key ?? '') && event.code === `Digit${key}`)
  return (
    same &&
    (mac ? event.metaKey : event.ctrlKey) === mod &&
    !(mac ? event.ctrlKey : event.metaKey) &&
    event.shiftKey === parts.includes('Shift') &&
    event.altKey === parts.includes('Alt')
  )
}

const names: Readonly<Record<string, string>> = { Delete: 'Del', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' }

/** As people write it: `Ctrl Shift Z`, on macOS `⌘⇧Z`. */
export function formatShortcut(shortcut: string | undefined, mac = isMac()): string | undefined {
  if (shortcut === undefined) return undefined
  const parts = shortcut.split('+').map((part) => names[part] ?? part)
  if (!mac) return parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join(' ')
  const symbols: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' }
  return parts.map((part) => symbols[part] ?? part).join('')
}
