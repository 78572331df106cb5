import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { type Zone, zoneOf } from './layers.ts'

/** An import or re-export as it stands in a file. */
export interface Import {
  line: number
  specifier: string
  typeOnly: boolean
}

const nodeModules = new Set(builtinModules)
/** Globals that exist in only one runtime; a pure file may not name them. */
const runtimeGlobals =
  /(?<![.\w'"`/-])(?:process\.(?:env|argv|platform|versions|cwd|exit|on|stdout|stderr|memoryUsage|hrtime)|Buffer\.\w|__dirname|__filename|localStorage\.|globalThis\.(?:window|document|process))/

/** The import and export-from statements of a file, with their lines; comments are taken out first. */
export function importsOf(text: string): Import[] {
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

/** Why a file of `zone` may not have this import, and the way out; undefined when it may. */
export function checkImport(path: string, zone: Zone, item: Import): string | undefined {
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

/** The lines of a pure file that name what only one runtime has. */
export function runtimeNames(text: string): { line: number; name: string }[] {
  return text.split('\n').flatMap((line, index) => {
    const found = /^\s*(\/\/|\*|\/\*)/.test(line) ? null : line.match(runtimeGlobals)
    return found ? [{ line: index + 1, name: found[0] }] : []
  })
}
