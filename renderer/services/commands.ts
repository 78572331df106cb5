import { computed, shallowReactive } from 'vue'
import { matchesShortcut } from './shortcuts.ts'

/** One thing the studio can do. Menu, palette, shortcuts and buttons all run it from here. */
export interface Command {
  /** Dotted and stable: `edit.undo`. */
  id: string
  title: string
  /** Heading in the palette. */
  group: string
  /** `Mod+Shift+Z`; the first is shown, all of them work. */
  shortcuts?: readonly string[]
  /** More words to be found by. */
  keywords?: string
  run(): unknown
  enabled?(): boolean
  /** Its shortcuts work only outside text fields, which have their own undo, copy and delete. */
  leavesTextAlone?: boolean
  /** Its shortcut comes as an event of the browser (copy, paste) and is only shown here. */
  native?: boolean
  /** Not listed in the palette. */
  hidden?: boolean
}

const registry = shallowReactive(new Map<string, Command>())

/** All commands in the order they were registered. */
export const commands = computed(() => [...registry.values()])

/** Registers commands; the function returned takes them out again. A later command of the same id replaces the earlier. */
export function registerCommands(...added: Command[]): () => void {
  for (const command of added) registry.set(command.id, command)
  return () => {
    for (const command of added) if (registry.get(command.id) === command) registry.delete(command.id)
  }
}

export function findCommand(id: string): Command | undefined {
  return registry.get(id)
}

export function isEnabled(command: Command): boolean {
  return command.enabled?.() ?? true
}

/** Runs a command by its id. Returns false when there is none or it is disabled. */
export function runCommand(id: string): boolean {
  const command = registry.get(id)
  if (!command || !isEnabled(command)) return false
  command.run()
  return true
}

/** True for fields that have their own copy, paste, delete and undo. */
export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range', 'file'].includes(target.type)
}

/** Runs the command whose shortcut was pressed. Returns true when there was one; the event is then used up. */
export function handleShortcut(event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return false
  const inText = isTextField(event.target)
  for (const command of registry.values()) {
    if (command.native || (inText && command.leavesTextAlone)) continue
    if (!command.shortcuts?.some((shortcut) => matchesShortcut(event, shortcut)) || !isEnabled(command)) continue
    event.preventDefault()
    command.run()
    return true
  }
  return false
}

/** Commands whose title, group or keywords hold every word of the query; those whose title starts with it come first. */
export function searchCommands(query: string, list: readonly Command[]): Command[] {
  const text = query.trim().toLowerCase()
  const words = text.split(/\s+/).filter(Boolean)
  const visible = list.filter((command) => !command.hidden)
  if (words.length === 0) return visible
  const rank = (command: Command) => {
    const title = command.title.toLowerCase()
    return title.startsWith(text) ? 0 : title.includes(text) ? 1 : 2
  }
  return visible
    .filter((command) => {
      const haystack = `${command.title} ${command.group} ${command.keywords ?? ''}`.toLowerCase()
      return words.every((word) => haystack.includes(word))
    })
    .sort((a, b) => rank(a) - rank(b))
}
