// Halves the time that Node takes to load the engine's five hundred modules. Plain JavaScript that any Node can load; what a Node cannot do it leaves.
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

// Compiled code is kept beside the packages, from where `npm ci` clears it away. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE are heeded.
module.enableCompileCache?.(
  process.env.NODE_COMPILE_CACHE ??
    fileURLToPath(new URL('../node_modules/.cache/node-compile-cache', import.meta.url)),
)

// The engine imports its own files by their whole names: there is no need to ask the disk for links, folders and package.json at each of them.
module.registerHooks?.({
  resolve(name, context, next) {
    if (!/^\.\.?\//.test(name) || !name.endsWith('.ts') || !context.parentURL?.endsWith('.ts'))
      return next(name, context)
    return { url: new URL(name, context.parentURL).href, format: 'module-typescript', shortCircuit: true }
  },
})
