import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ParamSpec, ParamSpecs } from '../../../engine/layers/params.ts'
import { layers } from '../../../engine/layers/registry.ts'
import { losses } from '../../../engine/training/losses/registry.ts'
import { optimizers } from '../../../engine/training/optimizers/registry.ts'

type Default = string | number | boolean | null
type Signatures = Readonly<Record<string, Readonly<Record<string, Default>>>>

const root = join(import.meta.dirname, '../../..')
const golden = JSON.parse(readFileSync(join(root, 'test/golden/signatures.json'), 'utf8')) as {
  keras: string
  layers: Signatures
  losses: Signatures
  optimizers: Signatures
}

/** Rows of docs/keras.md: what Keras' classes take and ours do not; a class may be `any layer`, `any loss`, `any optimizer`. */
const listed = new Map<string, ReadonlySet<string>>()
for (const line of readFileSync(join(root, 'docs/keras.md'), 'utf8').split('\n')) {
  const cells = line.split('|').map((cell) => cell.trim().replaceAll('`', ''))
  if (cells.length !== 5 || cells[1] === 'class' || cells[1]?.startsWith('---')) continue
  for (const name of cells[1]!.split(', '))
    listed.set(name, new Set([...(listed.get(name) ?? []), ...cells[2]!.split(', ')]))
}

/** Other names that Keras has for initialisers. */
const aliases: Readonly<Record<string, string>> = { uniform: 'random_uniform', Zeros: 'zeros' }

const snake = (name: string) => name.replace(/[A-Z0-9]+/g, (part) => `_${part.toLowerCase()}`).replace(/^_/, '')
/** Names by which Keras' parameters are known here; tuples are one number an axis, so that several of ours stand for one of Keras. */
const keysOf = (specs: ParamSpecs) =>
  new Map<string, ParamSpec>(
    Object.entries(specs).flatMap(
      ([name, spec]) =>
        [[snake(name), spec], ...(spec.keras ? [[spec.keras, spec] as const] : [])] as [string, ParamSpec][],
    ),
  )

const kinds = [
  ['layer', golden.layers, layers.map(({ keras, params }) => ({ keras, params }))],
  ['loss', golden.losses, losses.map(({ type, params }) => ({ keras: kerasLoss(type), params: params ?? {} }))],
  ['optimizer', golden.optimizers, optimizers.map(({ keras, params }) => ({ keras, params }))],
] as const

function kerasLoss(type: string): string {
  const special: Readonly<Record<string, string>> = { kl_divergence: 'KLDivergence' }
  return (
    special[type] ??
    type
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('')
  )
}

const cases = kinds.flatMap(([kind, signatures, declared]) =>
  Object.entries(signatures).map(([name, signature]) => {
    const own = declared.find(({ keras }) => keras === name)
    return [`${kind} ${name}`, kind, name, signature, own?.params] as const
  }),
)

describe(`the parameters of Keras ${golden.keras}`, () => {
  it.each(cases)('%s: each is declared, or docs/keras.md says why not', (_, kind, name, signature, params) => {
    if (!params) return expect.unreachable(`nothing is declared as ${name}`)
    const known = keysOf(params)
    const excused = new Set([...(listed.get(name) ?? []), ...(listed.get(`any ${kind}`) ?? [])])
    expect(Object.keys(signature).filter((each) => !known.has(each) && !excused.has(each))).toEqual([])
    expect(
      [...(listed.get(name) ?? [])].filter((each) => known.has(each) || !(each in signature)),
      'listed in vain',
    ).toEqual([])
  })

  it.each(cases)('%s: defaults are the same', (_, _kind, _name, signature, params) => {
    const known = keysOf(params ?? {})
    for (const [each, wanted] of Object.entries(signature)) {
      const spec = known.get(each)
      if (wanted === null || spec === undefined || typeof spec.default !== typeof wanted) continue
      expect(spec.default, each).toBe(typeof wanted === 'string' ? (aliases[wanted] ?? wanted) : wanted)
    }
  })

  it('are those of every layer and optimiser that has a class there', () => {
    const missing = [...layers, ...optimizers].flatMap(({ keras }) =>
      keras && !(keras in golden.layers) && !(keras in golden.optimizers) ? [keras] : [],
    )
    expect(missing.sort()).toEqual(['Input'])
  })
})
