import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue'

/** How long to wait between two drawings of so many points: ten a second for usual runs, fewer for very long ones. */
export function paceFor(points: number): number {
  return Math.min(1000, Math.max(100, points / 100))
}

/**
 * Follows `source`, at most once in `pace` milliseconds; the first value comes at once and the last is never lost.
 * Keeps a page that hears of thousands of epochs a second free to answer.
 */
export function usePaced<T>(source: () => T, pace: (value: T) => number): ShallowRef<T> {
  const shown = shallowRef(source()) as ShallowRef<T>
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting = false
  function show() {
    waiting = false
    shown.value = source()
    timer = setTimeout(() => {
      timer = undefined
      if (waiting) show()
    }, pace(shown.value))
  }
  watch(source, () => {
    if (timer === undefined) show()
    else waiting = true
  })
  onScopeDispose(() => clearTimeout(timer))
  return shown
}
