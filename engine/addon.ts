import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isOutdated, stampFile } from './addon-sources.mjs'
import { LaminaError } from './base/errors.ts'
import { loadNative } from './native/index.ts'
import type { NativeAddon } from './native/program.ts'
import { ops } from './ops/registry.ts'

/**
 * The native engine for everyone who trains with it. Throws `native.outdated-addon` when it was compiled from other sources than those of
 * this program, whose numbers would not be those of this version, and `native.*` as `loadNative` does.
 */
export function loadAddon(): NativeAddon {
  const root = process.env.LAMINA_NATIVE ? undefined : rootAbove(dirname(fileURLToPath(import.meta.url)))
  return checkedAddon(loadNative, root)
}

/** The addon of the clone at `root` (none in a package), checked. */
export function checkedAddon(load: () => NativeAddon, root: string | undefined): NativeAddon {
  if (root !== undefined && isOutdated(root))
    throw outdated(root, 'an addon compiled from the sources as they are', 'one compiled from other sources')
  const addon = load()
  const kernels = new Set(addon.info().kernels)
  const missing = ops.filter((op) => !op.alias && !kernels.has(op.name)).map((op) => op.name)
  if (missing.length > 0) throw outdated(root, 'a kernel for every op of the program', `none for ${missing.join(', ')}`)
  return addon
}

function outdated(root: string | undefined, expected: string, received: string): LaminaError {
  return new LaminaError({
    code: 'native.outdated-addon',
    message: 'The native engine is older than the program, or of another version.',
    where: root ?? 'native engine',
    expected,
    received,
    fix: 'Run `npm run native` in the folder of Lamina to compile it anew.',
  })
}

/** The nearest folder that an addon was compiled in. */
function rootAbove(folder: string): string | undefined {
  if (existsSync(stampFile(folder))) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : rootAbove(parent)
}
