import { resolve } from 'node:path'

export interface DesktopArguments {
  /** Absolute path of the project to open. */
  project: string | null
  /** `--engine ws://...`: the engine the window is pointed at instead of one of its own. */
  engine: string | null
}

/** What a start of the desktop program was asked for. Switches of Chromium and the application folder are passed over. */
export function parseDesktopArguments(argv: readonly string[], workingFolder: string): DesktopArguments {
  const found: DesktopArguments = { project: null, engine: null }
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? ''
    if (argument === '--engine') {
      found.engine = argv[index + 1] ?? null
      index += 1
    } else if (argument.startsWith('--engine=')) found.engine = argument.slice('--engine='.length)
    else if (!argument.startsWith('-') && argument.toLowerCase().endsWith('.lamina'))
      found.project = resolve(workingFolder, argument)
  }
  return found
}

/** A served engine is reached on this machine only (through a tunnel, when it runs elsewhere). Returns why an address is refused, or null. */
export function refuseEngineAddress(address: string): string | null {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return `${address} is not an address. Expected ws://127.0.0.1:<port>/?token=<token>, as \`lamina serve\` prints it.`
  }
  if (!['ws:', 'http:'].includes(url.protocol))
    return `The engine's address starts with ws://, not with ${url.protocol}//.`
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    return `The engine at ${url.hostname} is another machine. Forward its port (ssh -L) and use 127.0.0.1.`
  return null
}
