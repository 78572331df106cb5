import { useLogStore } from '../../services/log.store.ts'

/** Puts text on the clipboard and says so. */
export async function copyText(text: string, what: string): Promise<void> {
  const log = useLogStore()
  try {
    await navigator.clipboard.writeText(text)
    log.toast({ kind: 'success', message: `Copied ${what}.` })
  } catch (thrown) {
    log.fail(thrown)
  }
}
