/// <reference types="vite/client" />
import type { DesktopApi } from '../engine/rpc/contract/desktop.ts'

declare global {
  interface Window {
    /** Present in the desktop window only. */
    readonly lamina?: DesktopApi
  }
}
