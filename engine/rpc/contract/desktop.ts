/** What the sandboxed page gets from Electron's preload as `window.lamina`; absent in the browser. */
export interface DesktopApi {
  platform: string
  versions: { electron: string; chrome: string }
  /** Delivers the MessagePort to the engine (again after each engine restart) by `window.postMessage({ type: 'lamina:engine-port' }, '*', [port])`. */
  requestEnginePort(): void
  chooseProjectToOpen(): Promise<string | null>
  chooseProjectToSave(suggested: string): Promise<string | null>
  chooseDataFile(): Promise<string | null>
  chooseExportTarget(suggested: string, extension: string): Promise<string | null>
  showInFolder(path: string): void
  /** Menu and file-association commands (`project.open`, `edit.undo`, ...); returns the unsubscriber. */
  onCommand(listener: (command: string, argument?: string) => void): () => void
  /** The engine process ended or is back. */
  onEngineState(listener: (state: 'starting' | 'ready' | 'stopped', message?: string) => void): () => void
  setTitle(title: string, edited: boolean): void
}
