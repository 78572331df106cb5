import { useLogStore } from '../services/log.store.ts'

/** Puts something on the clipboard and says so, or says why it could not. */
async function tell(what: string, work: () => Promise<void>): Promise<void> {
  const log = useLogStore()
  try {
    await work()
    log.toast({ kind: 'success', message: `Copied ${what}.` })
  } catch (thrown) {
    log.fail(thrown)
  }
}

/** Puts text on the clipboard; `what` completes "Copied ...". */
export function copyText(text: string, what: string): Promise<void> {
  return tell(what, () => navigator.clipboard.writeText(text))
}

/** Puts a PNG image on the clipboard. */
export function copyImage(png: Blob, what: string): Promise<void> {
  return tell(what, () => navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]))
}
