import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { type DesktopApi, ENGINE_PORT_MESSAGE, type EngineProcessState } from '../engine/rpc/contract/desktop.ts'
import { channels } from './channels.ts'

/** The value of a `--lamina-...` argument the window was made with. */
function argument(name: string): string {
  const prefix = `--lamina-${name}=`
  return process.argv.find((text) => text.startsWith(prefix))?.slice(prefix.length) ?? ''
}

function subscribe<T>(channel: string, listener: (payload: T) => void): () => void {
  const receive = (_event: unknown, payload: T) => listener(payload)
  ipcRenderer.on(channel, receive)
  return () => void ipcRenderer.removeListener(channel, receive)
}

const api: DesktopApi = {
  platform: process.platform as DesktopApi['platform'],
  version: argument('version'),
  remoteEngine: argument('remote') === '1',
  connectEngine: () => ipcRenderer.send(channels.connectEngine),
  onEngineState: (listener) => subscribe<EngineProcessState>(channels.engineState, listener),
  chooseProjectToOpen: () => ipcRenderer.invoke(channels.openProject),
  chooseProjectToCreate: (suggestedName) => ipcRenderer.invoke(channels.createProject, suggestedName),
  chooseDataFile: () => ipcRenderer.invoke(channels.dataFile),
  chooseSaveTarget: (target) => ipcRenderer.invoke(channels.saveTarget, target),
  // Electron before 32 has no webUtils in the page and gives the file a path instead.
  pathOfFile: (file) => webUtils?.getPathForFile(file) ?? (file as File & { path?: string }).path ?? '',
  showInFolder: (path) => ipcRenderer.send(channels.showInFolder, path),
  onCommand: (listener) => subscribe<string>(channels.command, listener),
  onOpenProject(listener) {
    const stop = subscribe<string>(channels.projectToOpen, listener)
    ipcRenderer.send(channels.ready)
    return stop
  },
  setDocument: (document) => ipcRenderer.send(channels.document, document),
}

contextBridge.exposeInMainWorld('lamina', api)

// A port cannot pass the context bridge; it goes to the page as a window message.
ipcRenderer.on(channels.enginePort, (event) => {
  window.postMessage({ type: ENGINE_PORT_MESSAGE }, window.location.origin, [...event.ports])
})
