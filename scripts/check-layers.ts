// Executes the layering of docs/architecture.md: which folder may import which, and which folders stay free of Node, the
// DOM and Electron. Every finding names the line, the rule and the way out.

import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { type Zone, zoneOf, zones } from './layers.ts'
import { sourceFiles } from './source-files.ts'

interface Import {
  line: number
  specifier: string
  typeOnly: boolean
}

const root = join(import.meta.dirname, '..')
const nodeModules = new Set(builtinModules)
/** Globals that exist in only one runtime; a pure file may not name them. */
const runtimeGlobals =
  /(?<![.\w'"`/-])(?:process\.(?:env|argv|platform|versions|cwd|exit|on|stdout|stderr|memoryUsage|hrtime)|Buffer\.\w|__dirname|__filename|localStorage\.|globalThis\.(?:window|document|process))/

/** The import and export-from statements of a file, with their lines; comments are taken out first. */
function importsOf(text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '))
  const found: Import[] = []
  const statement =
    /(?:^|\n)[ \t]*(import|export)\b(\s+type\b(?!\s+from))?([^'"`;()]*?\bfrom)?\s*(['"])([^'"\n]+)\4|\bimport\(\s*(['"])([^'"\n]+)\6\s*\)/g
  for (const match of code.matchAll(statement)) {
    const specifier = match[5] ?? match[7]
    if (specifier === undefined) continue
    const line = code.slice(0, match.index).split('\n').length + (match[0].startsWith('\n') ? 1 : 0)
    const names = match[3]?.match(/\{([\s\S]*)\}/)?.[1]
    const allTypes =
      names !== undefined &&
      !/^[^{]*\w+\s*,\s*\{/.test(match[3] ?? '') &&
      names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '))
    found.push({ line, specifier, typeOnly: match[2] !== undefined || allTypes })
  }
  return found
}

function checkImport(path: string, zone: Zone, item: Import): string | undefined {
  const { specifier } = item
  if (specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(path), specifier.replace(/\?.*$/, '')))
    const other = zoneOf(target)
    if (!other || other.name === zone.name) return undefined
    if (zone.imports.includes(other.name) || zone.imports.includes('*')) return undefined
    if (item.typeOnly && zone.types?.includes(other.name)) return undefined
    const may = zone.imports.length > 0 ? zone.imports.join(', ') : 'nothing'
    const types = zone.types ? ` (and types of ${zone.types.join(', ')})` : ''
    return `\`${zone.name}\` may not import \`${other.name}\` (${target}). It may import ${may}${types}. ${zone.advice}`
  }
  if (item.typeOnly) return undefined
  const name = specifier.replace(/^node:/, '').split('/')[0] ?? ''
  const isNode = specifier.startsWith('node:') || nodeModules.has(name)
  if (zone.pure && isNode)
    return `\`${zone.name}\` is pure TypeScript and runs in the window too: it may not use Node's ${specifier}. Take what it needs as an argument.`
  if (zone.name.startsWith('renderer') && isNode)
    return `the window is sandboxed and has no ${specifier}. Ask the engine through the RPC client.`
  if (specifier === 'electron' && !zone.name.startsWith('electron'))
    return `only electron/ may import Electron; the engine is the whole product without a window.`
  const bare = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '')
  if (zone.pure && !isNode && !zone.packages?.includes(bare))
    return `\`${zone.name}\` is pure and may use the packages [${zone.packages?.join(', ') ?? ''}] only, not ${bare}.`
  return undefined
}

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
    for (const [index, line] of text.split('\n').entries()) {
      const found = /^\s*(\/\/|\*|\/\*)/.test(line) ? null : line.match(runtimeGlobals)
      if (found)
        findings.push(
          `${path}:${index + 1}: \`${zone.name}\` is pure, but names ${found[0]}, which only one runtime has.`,
        )
    }
}

if (findings.length > 0) {
  for (const finding of findings) console.error(finding)
  console.error(
    `layers: ${findings.length} findings. The layers and their reasons: docs/architecture.md, scripts/layers.ts.`,
  )
  process.exitCode = 1
} else console.log(`layers: ${files.length} files, ${edges} imports, ${zones.length} layers, all in order`)
