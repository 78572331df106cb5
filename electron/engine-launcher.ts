import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app, type MessagePortMain, utilityProcess } from 'electron'
import { type FromHost, type HostPaths, isFromHost, type ToHost } from './engine-messages.ts'

/** A started engine host, whatever kind of process it is. */
export interface EngineHandle {
  readonly pid: number | undefined
  send(message: ToHost): void
  /** Joins a port of the window to the engine. */
  connect(port: MessagePortMain): void
  kill(): void
}

export interface EngineListener {
  message(message: FromHost): void
  /** Once, when the process has ended; `output` is the end of what it wrote to its error stream. */
  exit(code: number | null, output: string): void
}

/** Collects the last lines a process wrote, and passes them on to this process. */
function tailOf(stream: NodeJS.ReadableStream | null): () => string {
  let tail = ''
  stream?.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk)
    tail = (tail + chunk.toString('utf8')).slice(-4000)
  })
  return () => tail.trim()
}

/**
 * The engine as Electron's utility process. A port of the window is handed over whole, so that calls never pass through the
 * main process. ArrayBuffers are cloned, never transferred: a transferred one arrives as null (electron#34905).
 */
function launchUtility(script: string, paths: HostPaths, listener: EngineListener): EngineHandle {
  const child = utilityProcess.fork(script, [JSON.stringify(paths)], { serviceName: 'Lamina engine', stdio: 'pipe' })
  const tail = tailOf(child.stderr)
  tailOf(child.stdout)
  let connections = 0
  child.on('message', (message: unknown) => {
    if (isFromHost(message)) listener.message(message)
  })
  child.once('exit', (code) => listener.exit(code, tail()))
  return {
    get pid() {
      return child.pid
    },
    send: (message) => child.postMessage(message),
    connect(port) {
      connections += 1
      child.postMessage({ kind: 'connect', connection: connections } satisfies ToHost, [port])
    },
    kill: () => void child.kill(),
  }
}

/**
 * The engine on a Node of its own, for an Electron whose Node is too old for it, and to debug the engine with Node's tools.
 * Ports cannot cross to such a process: their messages are relayed.
 */
function launchNode(node: string, script: string, paths: HostPaths, listener: EngineListener): EngineHandle {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const child = fork(script, [JSON.stringify(paths)], {
    execPath: node,
    execArgv: [],
    env,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const tail = tailOf(child.stderr)
  tailOf(child.stdout)
  const ports = new Map<number, MessagePortMain>()
  let connections = 0
  let ended = false
  const send = (message: ToHost) => {
    if (child.connected) child.send(message)
  }
  const end = (code: number | null, output: string) => {
    if (ended) return
    ended = true
    for (const port of ports.values()) port.close()
    ports.clear()
    listener.exit(code, output)
  }
  child.on('message', (message: unknown) => {
    if (!isFromHost(message)) return
    if (message.kind === 'data') ports.get(message.connection)?.postMessage(message.data)
    else if (message.kind === 'disconnect') {
      ports.get(message.connection)?.close()
      ports.delete(message.connection)
    } else listener.message(message)
  })
  child.once('error', (error) => end(null, error.message))
  child.once('exit', (code, signal) => end(code, tail() || (signal ? `ended by ${signal}` : '')))
  return {
    get pid() {
      return child.pid
    },
    send,
    connect(port) {
      connections += 1
      const connection = connections
      ports.set(connection, port)
      send({ kind: 'connect', connection })
      port.on('message', (event) => send({ kind: 'data', connection, data: event.data }))
      port.on('close', () => {
        ports.delete(connection)
        send({ kind: 'disconnect', connection })
      })
      port.start()
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Node for the engine when it runs outside Electron: `LAMINA_ENGINE_NODE`, else the one that came with npm, else the one `npm start` ran on. */
function nodeForEngine(): string {
  const bundled = join(app.getAppPath(), 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  if (process.env.LAMINA_ENGINE_NODE) return process.env.LAMINA_ENGINE_NODE
  return existsSync(bundled) ? bundled : process.env.LAMINA_NODE || 'node'
}

/** Electron before 28 carries a Node older than the engine needs. */
function electronIsTooOld(): boolean {
  return Number.parseInt(process.versions.electron ?? '0', 10) < 28
}

/** Starts the engine host, by utility process where this Electron can run it. */
export function launchEngine(script: string, paths: HostPaths, listener: EngineListener): EngineHandle {
  if (process.env.LAMINA_ENGINE_NODE || electronIsTooOld()) return launchNode(nodeForEngine(), script, paths, listener)
  return launchUtility(script, paths, listener)
}
