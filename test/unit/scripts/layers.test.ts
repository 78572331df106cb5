import { describe, expect, it } from 'vitest'
import { checkImport, importsOf, runtimeNames } from '../../../scripts/layer-rules.ts'
import { zoneOf } from '../../../scripts/layers.ts'

function finding(path: string, statement: string): string | undefined {
  const zone = zoneOf(path)
  if (!zone) throw new Error(`${path} has no layer`)
  const [item] = importsOf(statement)
  if (!item) throw new Error(`no import in ${statement}`)
  return checkImport(path, zone, item)
}

describe('reading imports', () => {
  it('sees imports over several lines, re-exports, side effects and dynamic imports, with their lines', () => {
    const text = [
      '// import { no } from "./comment.ts"',
      "import { a, type B } from './a.ts'",
      'import {',
      '  c,',
      "} from './c.ts'",
      "export * from './d.ts'",
      "import './e.css'",
      "const lazy = () => import('./f.ts')",
    ].join('\n')
    expect(importsOf(text)).toEqual([
      { line: 2, specifier: './a.ts', typeOnly: false },
      { line: 3, specifier: './c.ts', typeOnly: false },
      { line: 6, specifier: './d.ts', typeOnly: false },
      { line: 7, specifier: './e.css', typeOnly: false },
      { line: 8, specifier: './f.ts', typeOnly: false },
    ])
  })

  it('tells imports of types from imports of values', () => {
    expect(importsOf("import type { A } from './a.ts'")[0]?.typeOnly).toBe(true)
    expect(importsOf("import { type A, type B } from './a.ts'")[0]?.typeOnly).toBe(true)
    expect(importsOf("export type * from './a.ts'")[0]?.typeOnly).toBe(true)
    expect(importsOf("import { type A, b } from './a.ts'")[0]?.typeOnly).toBe(false)
  })
})

describe('layers', () => {
  it('lets an import go down', () => {
    expect(finding('engine/compile/lower.ts', "import { x } from '../layers/registry.ts'")).toBeUndefined()
    expect(finding('engine/tuning/sweep.ts', "import { x } from '../evaluation/kfold.ts'")).toBeUndefined()
  })

  it('refuses an import that goes up, names both layers and teaches', () => {
    const text = finding('engine/compile/lower.ts', "import { x } from '../training/trainer.ts'")
    expect(text).toContain('`compile` may not import `training`')
    expect(text).toContain('It may import')
    expect(finding('engine/data/split.ts', "import { x } from '../graph/document.ts'")).toContain(
      'may not import `graph`',
    )
    expect(finding('engine/store/runs.ts', "import { x } from '../data/split.ts'")).toContain('may not import `data`')
  })

  it('lets the window see plans and losses but not the trainer', () => {
    expect(finding('renderer/features/a/a.ts', "import { x } from '../../../engine/training/plan.ts'")).toBeUndefined()
    expect(finding('renderer/features/a/a.ts', "import { x } from '../../../engine/training/trainer.ts'")).toContain(
      'training',
    )
  })

  it('keeps Node out of pure layers and out of the window', () => {
    expect(finding('engine/graph/topology.ts', "import { join } from 'node:path'")).toContain('pure')
    expect(finding('renderer/services/x.ts', "import { join } from 'node:path'")).toContain('sandboxed')
    expect(finding('engine/training/trainer.ts', "import { join } from 'node:path'")).toBeUndefined()
  })

  it('keeps Electron in its folder', () => {
    expect(finding('engine/cli/main.ts', "import { app } from 'electron'")).toContain('only electron/')
    expect(finding('electron/window.ts', "import { app } from 'electron'")).toBeUndefined()
  })

  it('keeps machine learning out of the main process', () => {
    expect(finding('electron/main.ts', "import { x } from '../engine/training/trainer.ts'")).toContain('ask the engine')
    expect(finding('electron/engine-host.ts', "import { x } from '../engine/engine.ts'")).toBeUndefined()
  })

  it('finds what only one runtime has in a pure file', () => {
    expect(runtimeNames("const a = process.env.HOME\n// process.env\nconst b = 'Buffer.from'")).toEqual([
      { line: 1, name: 'process.env' },
    ])
  })
})
