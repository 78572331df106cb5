import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ErrorDetails } from '../../engine/base/errors.ts'
import { newId } from '../../engine/base/ids.ts'
import { detailsOf, engine } from './engine.ts'

export interface LogEntry {
  id: string
  at: string
  level: 'info' | 'warning' | 'error'
  message: string
  error?: ErrorDetails
}

/** A short message in the corner; an error stays until it is dismissed. */
export interface Toast {
  id: string
  kind: 'info' | 'success' | 'error'
  message: string
  error?: ErrorDetails
  action?: { label: string; run(): void }
}

const MOST_ENTRIES = 1000
const TOAST_MILLISECONDS = 5000

/** What happened: the log of the bottom panel and the toasts. */
export const useLogStore = defineStore('log', () => {
  const entries = shallowRef<readonly LogEntry[]>([])
  const toasts = shallowRef<readonly Toast[]>([])

  function add(level: LogEntry['level'], message: string, error?: ErrorDetails, at = new Date().toISOString()) {
    entries.value = [...entries.value.slice(1 - MOST_ENTRIES), { id: newId('log'), at, level, message, error }]
  }

  function toast(added: Omit<Toast, 'id'>) {
    const id = newId('toast')
    toasts.value = [...toasts.value.slice(-3), { ...added, id }]
    if (added.kind !== 'error') setTimeout(() => dismiss(id), TOAST_MILLISECONDS)
    add(added.kind === 'error' ? 'error' : 'info', added.message, added.error)
  }

  function dismiss(id: string) {
    toasts.value = toasts.value.filter((item) => item.id !== id)
  }

  /** Tells of a failure that has no better place. */
  function fail(thrown: unknown) {
    const error = detailsOf(thrown)
    toast({ kind: 'error', message: error.message, error })
  }

  function listen() {
    return engine().on('engine.log', ({ level, message, at }) => add(level, message, undefined, at))
  }

  return { entries, toasts, add, toast, dismiss, fail, listen }
})
