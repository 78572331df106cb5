// Writes docs/parity.md from the golden tests: how far Lamina is from other libraries, item by item. `npm run parity`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registered } from '../test/support/parity-items.ts'

interface Line {
  kind: string
  item: string
  library: string
  quantity: string
  error: number
}

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'lamina-parity-'))
const file = join(folder, 'comparisons.ndjson')
writeFileSync(file, '')
const runner = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const run = spawnSync(process.execPath, [runner, 'run', '--project', 'engine', 'golden', 'schedules'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, LAMINA_PARITY_FILE: file },
})
const lines = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Line)
rmSync(folder, { recursive: true, force: true })
if (run.status !== 0) {
  console.error('The golden tests fail; docs/parity.md stays as it is.')
  process.exit(1)
}

const quantities: Readonly<Record<string, string>> = {
  forward: 'output',
  gradient: 'gradients',
  steps: 'ten steps',
  rates: 'rates',
  spread: 'quantiles',
}

/** Largest error of a row by column. */
const rows = new Map<string, Map<string, number>>()
const counts = new Map<string, number>()
for (const { kind, item, library, quantity, error } of lines) {
  const key = `${kind}\n${item}\n${library}`
  const row = rows.get(key) ?? new Map<string, number>()
  rows.set(key, row)
  row.set(quantity, Math.max(row.get(quantity) ?? 0, error))
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

const shown = (error: number | undefined): string =>
  error === undefined ? '' : error === 0 ? '0' : error.toExponential(1)
const headings: Readonly<Record<string, string>> = {
  layer: 'Layers',
  loss: 'Losses',
  optimizer: 'Optimisers',
  schedule: 'Learning-rate schedules',
  metric: 'Metrics',
  initializer: 'Initialisers',
  penalty: 'Regularisers and constraints',
  training: 'Training',
}

const compared = (kind: string): Set<string> =>
  new Set(lines.filter((line) => line.kind === kind).map(({ item }) => item))
/** What is registered and never compared: other libraries lack it, or draw other random numbers for it. */
const missing: Readonly<Record<string, string[]>> = Object.fromEntries(
  Object.entries(registered).map(([kind, items]) => {
    const done = [...compared(kind)]
    return [kind, items.filter(({ names }) => !done.some((item) => names.includes(item))).map(({ label }) => label)]
  }),
)

const page: string[] = [
  '# Agreement with other libraries',
  '',
  'Written by `npm run parity` from the golden tests; the same comparisons run in every `npm test`. Each number is the largest difference over all settings, relative to',
  'the largest number of the tensor: native float32 against float32 of Keras 3 (on PyTorch) and of plain PyTorch. Allowed are 1e-5 for outputs, 1e-4 for gradients and for weights and',
  'losses after ten training steps, 1e-6 for learning rates. Initialisers draw other numbers than Keras, of the same distribution: their quantiles, over 300 000 numbers, may differ by 0.01 of the largest. The scripts that made the numbers lie beside them in `test/golden/`; versions stand in each file.',
]
for (const [kind, heading] of Object.entries(headings)) {
  const own = [...rows].filter(([key]) => key.startsWith(`${kind}\n`)).sort(([a], [b]) => (a < b ? -1 : 1))
  if (own.length === 0) continue
  const columns = Object.keys(quantities).filter((quantity) => own.some(([, row]) => row.has(quantity)))
  page.push('', `## ${heading}`, '')
  page.push(`| item | against | ${columns.map((column) => quantities[column]).join(' | ')} | tensors |`)
  page.push(`| --- | --- | ${columns.map(() => '---').join(' | ')} | --- |`)
  for (const [key, row] of own) {
    const [, item, library] = key.split('\n')
    page.push(
      `| ${item} | ${library} | ${columns.map((column) => shown(row.get(column))).join(' | ')} | ${counts.get(key)} |`,
    )
  }
  const others = missing[kind] ?? []
  if (others.length > 0) page.push('', `Not compared: ${others.join(', ')}.`)
}
writeFileSync(join(root, 'docs', 'parity.md'), `${page.join('\n')}\n`)
console.log(`docs/parity.md: ${rows.size} rows from ${lines.length} comparisons`)
for (const [kind, items] of Object.entries(missing))
  if (items.length > 0) console.log(`${kind} not compared: ${items.join(', ')}`)
