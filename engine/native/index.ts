import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LaminaError } from '../base/errors.ts'
import type { NativeAddon, NativeSession, RunRequest, SessionOptions } from './program.ts'

export type * from './program.ts'

const FILE = 'lamina.node'

/** `LAMINA_NATIVE` names an addon to be used in place of the one that is found, for tests of another build. */
const OVERRIDE = 'LAMINA_NATIVE'

let loaded: NativeAddon | undefined

/**
 * The native engine, loaded once. Every failure that leaves it is a LaminaError.
 *
 * Throws `native.missing-addon` when the compiled addon is not there, `native.unusable-addon` when it cannot be loaded.
 */
export function loadNative(): NativeAddon {
  loaded ??= wrap(requireAddon())
  return loaded
}

/** Folders to look in: those above this file (a clone; or the bundle in `out/`), and what the packager unpacked. */
function candidates(): string[] {
  const override = process.env[OVERRIDE]
  if (override) return [override]
  const found: string[] = []
  const resources = (process as { resourcesPath?: string }).resourcesPath
  if (resources) {
    found.push(join(resources, 'app.asar.unpacked', 'build', 'Release', FILE))
    found.push(join(resources, 'native', FILE))
  }
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    found.push(join(folder.replace(/app\.asar(?=$|[\\/])/, 'app.asar.unpacked'), 'build', 'Release', FILE))
    const parent = dirname(folder)
    if (parent === folder) return found
    folder = parent
  }
}

function requireAddon(): NativeAddon {
  const paths = candidates()
  const path = paths.find((candidate) => existsSync(candidate))
  if (!path)
    throw new LaminaError({
      code: 'native.missing-addon',
      message: 'The native engine has not been compiled on this machine.',
      where: paths[0],
      expected: `a compiled ${FILE}`,
      received: 'no such file',
      fix: 'Run `npm run native` in the folder of Lamina. It needs a C++20 compiler, make and Python 3.',
    })
  try {
    return createRequire(import.meta.url)(path) as NativeAddon
  } catch (cause) {
    throw new LaminaError(
      {
        code: 'native.unusable-addon',
        message: 'The native engine was found but cannot be loaded.',
        where: path,
        expected: `an addon for ${process.platform} ${process.arch}`,
        received: cause instanceof Error ? cause.message : String(cause),
        fix: 'Run `npm run native` in the folder of Lamina to compile it for this machine.',
      },
      { cause },
    )
  }
}

const fixes: Readonly<Record<string, string>> = {
  'native.invalid-program': 'This is a defect of the compiler that made the program; please report it with the log.',
  'native.invalid-argument': 'This is a defect of the caller; please report it with the log.',
  'native.busy': 'Wait for the run that goes on, or cancel it.',
  'native.disposed': 'Create a new session.',
  'native.out-of-memory': 'Use a smaller batch size or a smaller network, or close other programs.',
}

/** Turns what the addon throws (`code`, `expected`, `received` on a plain Error) into a LaminaError. */
function toLaminaError(thrown: unknown): LaminaError {
  if (!(thrown instanceof Error)) return LaminaError.from(thrown, 'native engine')
  const { code, expected, received } = thrown as { code?: unknown; expected?: unknown; received?: unknown }
  if (typeof code !== 'string' || !(code in fixes)) return LaminaError.from(thrown, 'native engine')
  return new LaminaError(
    {
      code,
      message: `${thrown.message}.`,
      where: 'native engine',
      expected: typeof expected === 'string' ? expected : undefined,
      received: typeof received === 'string' ? received : undefined,
      fix: fixes[code],
    },
    { cause: thrown },
  )
}

function guard<T>(call: () => T): T {
  try {
    return call()
  } catch (thrown) {
    throw toLaminaError(thrown)
  }
}

function wrapSession(session: NativeSession): NativeSession {
  return {
    bind: (slots) => guard(() => session.bind(slots)),
    readPersistent: (offset, length) => guard(() => session.readPersistent(offset, length)),
    writePersistent: (offset, data) => guard(() => session.writePersistent(offset, data)),
    run: async (request: RunRequest) => {
      try {
        return await session.run(request)
      } catch (thrown) {
        throw toLaminaError(thrown)
      }
    },
    cancel: () => guard(() => session.cancel()),
    pause: () => guard(() => session.pause()),
    resume: () => guard(() => session.resume()),
    progress: () => guard(() => session.progress()),
    profile: (enable) => guard(() => session.profile(enable)),
    dispose: () => guard(() => session.dispose()),
  }
}

function wrap(addon: NativeAddon): NativeAddon {
  return {
    info: () => guard(() => addon.info()),
    createSession: (options: SessionOptions) => guard(() => wrapSession(addon.createSession(options))),
    philox: (counter, key) => guard(() => addon.philox(counter, key)),
    gemm: (...call) => guard(() => addon.gemm(...call)),
    measurePeak: async (...call) => {
      try {
        return await addon.measurePeak(...call)
      } catch (thrown) {
        throw toLaminaError(thrown)
      }
    },
    setCoreBudget: (cores) => guard(() => addon.setCoreBudget(cores)),
  }
}
