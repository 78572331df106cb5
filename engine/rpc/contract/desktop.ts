/** The state of the engine process as the main process sees it. */
export interface EngineProcessState {
  state: 'starting' | 'running' | 'restarting' | 'stopped'
  /** How often it was started anew since the program began. */
  restarts: number
  /** Why it ended, in a sentence, when it is not running. */
  reason: string | null
}

/** What a file dialog for saving is opened with. */
export interface SaveTarget {
  title: string
  /** A file name, without folder. */
  suggestedName: string
  /** Description and extensions without dot, such as `{ name: 'ONNX model', extensions: ['onnx'] }`. */
  filter: { name: string; extensions: string[] }
}

/**
 * What the desktop window offers to the page as `window.lamina`: file dialogs, the menu, documents, and the way to the engine.
 * It is absent in a browser. Paths are those of the machine in front of the user; dialogs resolve to null when cancelled.
 */
export interface DesktopApi {
  readonly platform: 'darwin' | 'win32' | 'linux'
  readonly version: string
  /** True when the window was pointed at a served engine (`--engine ws://...`): paths are then the engine's, dialogs are not offered. */
  readonly remoteEngine: boolean
  /**
   * Asks for a new connection to the engine. The answer is a window message `{ type: ENGINE_PORT_MESSAGE }` whose `ports[0]` speaks
   * the RPC protocol. A port that closes means the engine ended; `onEngineState` tells when it runs again, and then one asks anew.
   */
  connectEngine(): void
  onEngineState(listener: (state: EngineProcessState) => void): () => void
  chooseProjectToOpen(): Promise<string | null>
  chooseProjectToCreate(suggestedName: string): Promise<string | null>
  chooseDataFile(): Promise<string | null>
  chooseSaveTarget(target: SaveTarget): Promise<string | null>
  /** The path of a file that was dropped onto the window or picked in an input; empty when it has none. */
  pathOfFile(file: File): string
  showInFolder(path: string): void
  /** A command of the menu, by its id in the command registry (`project.new`, `edit.undo`, ...). */
  onCommand(listener: (command: string) => void): () => void
  /** A project to open: named on the command line, opened from the desktop, or dropped on the icon. Those that came early are delivered on subscription. */
  onOpenProject(listener: (path: string) => void): () => void
  /** Shown in the title bar and in the list of recent documents. */
  setDocument(document: { path: string; name: string } | null): void
}

/** The `type` of the window message that carries a port to the engine. */
export const ENGINE_PORT_MESSAGE = 'lamina:engine-port'
