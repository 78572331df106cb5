// Shows the budgets of DESIGN section 4 and fails beyond them: TypeScript 400 lines a file, Vue 250, C++ 500.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceFiles } from './source-files.ts'

const budgets = [
  { name: 'TypeScript', pattern: /\.(ts|mjs)$/, lines: 400 },
  { name: 'Vue', pattern: /\.vue$/, lines: 250 },
  { name: 'C++', pattern: /\.(cpp|h)$/, lines: 500 },
]

/** Files that may be longer, each with its reason. */
const exceptions: Readonly<Record<string, string>> = {}

const root = join(import.meta.dirname, '..')
const files = sourceFiles(root, ['electron', 'engine', 'renderer', 'scripts', 'test'], /\.(ts|mjs|vue|cpp|h)$/)
const sized = files.map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1 }))

for (const path of Object.keys(exceptions))
  if (!sized.some((file) => file.path === path)) {
    console.error(`scripts/check-sizes.ts lists an exception for ${path}, which does not exist. Remove it.`)
    process.exitCode = 1
  }

for (const budget of budgets) {
  const own = sized.filter((file) => budget.pattern.test(file.path)).sort((a, b) => b.lines - a.lines)
  const total = own.reduce((sum, file) => sum + file.lines, 0)
  const longest = own[0]
  console.log(
    `${budget.name.padEnd(10)} ${String(own.length).padStart(4)} files ${String(total).padStart(6)} lines, ` +
      `longest ${longest ? `${longest.lines} of ${budget.lines} (${longest.path})` : '-'}`,
  )
  for (const file of own) {
    if (file.lines <= budget.lines) break
    const reason = exceptions[file.path]
    if (reason) console.log(`  ${file.path}: ${file.lines} lines, allowed: ${reason}`)
    else {
      console.error(`  ${file.path}: ${file.lines} lines, the budget is ${budget.lines}. Split it by subject.`)
      process.exitCode = 1
    }
  }
}
