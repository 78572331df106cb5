import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

/* For `node --import`: writes the URLs of all modules that a process loads, one a line, to the file that LAMINA_MODULES_FILE names. */

const urls: string[] = []
registerHooks({
  load(url, context, next) {
    urls.push(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env.LAMINA_MODULES_FILE!, urls.join('\n')))
