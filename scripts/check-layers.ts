// Executes the layering of docs/architecture.md: which folder may import which, and which folders stay free of Node, the
// DOM and Electron. Every finding names the line, the rule and the way out.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkImport, importsOf, runtimeNames } from './layer-rules.ts'
import { zoneOf, zones } from './layers.ts'
import { sourceFiles } from './source-files.ts'

const root = join(import.meta.dirname, '..')
const findings: string[] = []
const files = sourceFiles(root, ['engine', 'electron', 'renderer'], /\.(ts|vue)$/).filter(
  (path) => !path.includes('/test/'),
)
let edges = 0
for (const path of files) {
  const zone = zoneOf(path)
  if (!zone) {
    findings.push(
      `${path}: belongs to no layer. Put it into a folder of docs/architecture.md, or name its layer in scripts/layers.ts.`,
    )
    continue
  }
  const text = readFileSync(join(root, path), 'utf8')
  for (const item of importsOf(text)) {
    edges += 1
    const finding = checkImport(path, zone, item)
    if (finding) findings.push(`${path}:${item.line}: ${finding}`)
  }
  if (zone.pure)
    for (const { line, name } of runtimeNames(text))
      findings.push(`${path}:${line}: \`${zone.name}\` is pure, but names ${name}, which only one runtime has.`)
}

if (findings.length > 0) {
  for (const finding of findings) console.error(finding)
  console.error(
    `layers: ${findings.length} findings. The layers and their reasons: docs/architecture.md, scripts/layers.ts.`,
  )
  process.exitCode = 1
} else console.log(`layers: ${files.length} files, ${edges} imports, ${zones.length} layers, all in order`)
