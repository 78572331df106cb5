import { type InjectionKey, inject, provide, type Ref, ref } from 'vue'

const key: InjectionKey<{ edge: Ref<string | null> }> = Symbol('canvas drop')

/** The connection a dragged layer would be dropped onto; shared by the canvas and its edges. */
export function provideCanvasDrop(): { edge: Ref<string | null> } {
  const state = { edge: ref<string | null>(null) }
  provide(key, state)
  return state
}

export function useCanvasDrop(): { edge: Ref<string | null> } {
  return inject(key, () => ({ edge: ref(null) }), true)
}

/** The id of the connection at a point of the window, or null. */
export function edgeAt(x: number, y: number): string | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const edge = element.closest<HTMLElement>('.vue-flow__edge')
    if (edge) return edge.dataset.id ?? null
    if (element.closest('.vue-flow__node')) return null
  }
  return null
}
