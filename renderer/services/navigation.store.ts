import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { ViewId } from '../features/views.ts'

/** Where the user is. */
export const useNavigationStore = defineStore('navigation', () => {
  const view = ref<ViewId>('model')
  /** A layer the editor should show and select; `at` makes a repeated request a new one. */
  const focus = ref<{ node: string; at: number } | null>(null)
  const paletteOpen = ref(false)
  const shortcutsOpen = ref(false)
  /** The run that Evaluate, Runs and Export look at. */
  const run = ref<string | null>(null)
  /** The run whose report was asked for by a button elsewhere; the evaluation view makes it and clears this. */
  const evaluationOf = ref<string | null>(null)

  function go(target: ViewId) {
    view.value = target
  }

  function showNode(node: string) {
    view.value = 'model'
    focus.value = { node, at: Date.now() }
  }

  /** Opens a view on a run: `showRun('evaluate', run)`. */
  function showRun(target: ViewId, id: string) {
    run.value = id
    view.value = target
    evaluationOf.value = target === 'evaluate' ? id : null
  }

  return { view, focus, paletteOpen, shortcutsOpen, run, evaluationOf, go, showNode, showRun }
})
