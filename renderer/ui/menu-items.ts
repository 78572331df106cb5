import type { Component } from 'vue'

/** One entry of a menu; `separator` draws a line. */
export type MenuItem =
  | { kind: 'separator' }
  | {
      kind?: 'item'
      label: string
      run(): unknown
      icon?: Component
      /** As it is shown: `Ctrl D`. */
      shortcut?: string
      disabled?: boolean
      danger?: boolean
      /** Shows a tick. */
      checked?: boolean
      testid?: string
    }

export const menuContentClass =
  'z-50 min-w-44 max-w-80 max-h-(--reka-popper-available-height) overflow-y-auto rounded-md border border-line bg-raised p-1 outline-none'
export const menuItemClass =
  'relative flex h-6 cursor-default items-center gap-2 rounded-sm pr-2 pl-6 text-base text-text outline-none data-highlighted:bg-hover data-disabled:opacity-40'
