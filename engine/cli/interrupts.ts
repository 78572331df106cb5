/** A second Ctrl-C this soon is the same key press, told twice by terminal and parent process. */
const SAME_PRESS_MS = 500

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Calls `first` on the first Ctrl-C (or request to end) and leaves the process on the second. Returns what restores the
 * usual behaviour.
 */
export function onInterrupt(first: () => void): () => void {
  let pressedAt = 0
  const interrupt = () => {
    const now = Date.now()
    if (pressedAt && now - pressedAt < SAME_PRESS_MS) return
    if (pressedAt) process.exit(130)
    pressedAt = now
    first()
  }
  for (const signal of signals) process.on(signal, interrupt)
  return () => {
    for (const signal of signals) process.off(signal, interrupt)
  }
}
