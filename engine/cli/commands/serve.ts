import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LaminaError } from '../../base/errors.ts'
import { deferred } from '../../rpc/deferred.ts'
import { startStudioServer } from '../../rpc/serve/http-server.ts'
import { onInterrupt } from '../interrupts.ts'
import type { CommandContext } from '../session.ts'

/** The built page, beside the engine's sources in a clone. */
const page = fileURLToPath(new URL('../../../out/renderer', import.meta.url))

/** `lamina serve [project] [--port n] [--open]`: until Ctrl-C; then runs are checkpointed and projects closed. */
export async function run(
  { output, connect }: CommandContext,
  [path]: readonly string[],
  options: { port?: number; open?: boolean },
): Promise<void> {
  const root = process.env.LAMINA_RENDERER ?? page
  if (!existsSync(join(root, 'index.html')))
    throw new LaminaError({
      code: 'serve.not-built',
      message: 'The studio’s page has not been built yet.',
      where: root,
      expected: 'a built page',
      received: 'no index.html',
      fix: 'Run `npm run build` in the folder of Lamina.',
    })
  const interrupted = deferred<void>()
  const restore = onInterrupt(() => {
    output.note('Stopping runs and closing projects.')
    interrupted.resolve()
  })
  const { engine, client } = await connect()
  if (path !== undefined) await client.call.projects.open({ path: resolve(path) })
  const server = await startStudioServer({
    root,
    port: options.port ?? 0,
    connect: (peer) => void engine.connect(peer),
  })
  const url = path === undefined ? server.url : `${server.url}&project=${encodeURIComponent(resolve(path))}`
  output.event('serving', { url, port: server.port })
  output.line(`Lamina is at ${url}`)
  if (options.open) openBrowser(url, output.note.bind(output))
  await interrupted.promise
  await engine.dispose()
  await server.close()
  restore()
  output.done({ url })
}

function openBrowser(url: string, note: (text: string) => void): void {
  const [command, ...args] =
    process.platform === 'win32'
      ? ['rundll32', 'url.dll,FileProtocolHandler', url]
      : [process.platform === 'darwin' ? 'open' : 'xdg-open', url]
  const child = spawn(command!, args, { detached: true, stdio: 'ignore' })
  child.on('error', () => note('No browser could be opened; copy the address into one.'))
  child.unref()
}
