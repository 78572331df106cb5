import { LaminaError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { DatasetDescription } from '../data/dataset.ts'
import { hasAdversaries } from '../graph/adversarial.ts'
import type { GraphDocument } from '../graph/document.ts'
import { setFrozen, setParams } from '../graph/edit.ts'
import { applyPatch } from '../graph/patch.ts'
import { suggestion } from '../layers/near-matches.ts'
import { checkParam, effectiveParams } from '../layers/param-check.ts'
import type { ParamSpec } from '../layers/params.ts'
import { findLayer } from '../layers/registry.ts'
import { dataPaths, setData } from './override-data.ts'
import type { TrainingPlan } from './plan.ts'
import { choiceParams, isPlanChoice } from './plan-choices.ts'
import { checkPlanField, planFields, planParams } from './plan-params.ts'
import { parsePlan } from './plan-parse.ts'

/** What overrides change: the network, the plan and, where there is one, the description of the data. */
export interface OverrideTarget {
  document: GraphDocument
  plan: TrainingPlan
  description?: DatasetDescription
}

/** Text of `--set path=value` as a value: JSON where it is JSON, else the text itself. */
export function parseOverrideValue(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** Splits `path=value`. Throws `override.syntax`. */
export function parseOverride(text: string): { path: string; value: Json } {
  const at = text.indexOf('=')
  if (at > 0) return { path: text.slice(0, at).trim(), value: parseOverrideValue(text.slice(at + 1).trim()) }
  throw new LaminaError({
    code: 'override.syntax',
    message: `"${text}" is not an override.`,
    where: text,
    expected: 'path=value',
    received: text,
    fix: 'Write for instance dense_1.units=64 or training.optimizer.learningRate=0.01.',
  })
}

function unknownPath(path: string, target: OverrideTarget): LaminaError {
  const known = overridePaths(target)
  return new LaminaError({
    code: 'override.unknown-path',
    message: `There is nothing to set at "${path}".`,
    where: path,
    expected: '<layer name>.<parameter>, training.<path> or data.<path>',
    received: path,
    fix: meantBy(path, known),
  })
}

/**
 * What a path may have meant, as a sentence. Part (`training`, `data`, a layer) and name are taken by their word where there is such a one: so
 * `training.learningRate` finds that of the optimiser, not a layer's parameter that is spelled alike.
 */
function meantBy(path: string, known: readonly string[]): string {
  const [head, name] = [path.split('.')[0]!, path.split('.').at(-1)!].map((word) => word.toLowerCase())
  const part = known.filter((each) => each.toLowerCase().startsWith(`${head}.`))
  const within = part.length > 0 ? part : known
  const named = within.filter((each) => each.toLowerCase().endsWith(`.${name}`))
  const only = named.length === 1 ? named[0] : undefined
  return only === undefined ? suggestion(path, named.length > 0 ? named : within) : `Did you mean "${only}"?`
}

/** An error `override.value` at a path. */
export function valueError(path: string, expected: string, value: unknown): LaminaError {
  const received = JSON.stringify(value) ?? String(value)
  return new LaminaError({
    code: 'override.value',
    message: `${path} cannot be ${received}.`,
    where: path,
    expected,
    received,
    fix: `Give ${expected}.`,
  })
}

/** Every path that can be set, for completion and near matches. */
export function overridePaths(target: OverrideTarget): string[] {
  const paths: string[] = []
  for (const node of Object.values(target.document.nodes)) {
    for (const param of Object.keys(findLayer(node.type)?.params ?? {})) paths.push(`${node.name}.${param}`)
    paths.push(`${node.name}.frozen`)
  }
  for (const field of planFields(target.plan)) paths.push(`training.${field.path}`)
  return target.description ? [...paths, ...dataPaths(target.description)] : paths
}

/**
 * Applies overrides as `--set` and sweeps give them. Choices come first, whatever the order of the entries, so that
 * `training.optimizer=sgd` and `training.optimizer.momentum=0.9` work together; choosing another type clears its old parameters but
 * keeps a learning rate that was set. Throws `override.unknown-path` with near matches and `override.value` with the range.
 */
export function applyOverrides(target: OverrideTarget, overrides: JsonObject): OverrideTarget {
  const entries = Object.entries(overrides).filter((entry): entry is [string, Json] => entry[1] !== undefined)
  entries.sort(([a], [b]) => Number(isChoice(b)) - Number(isChoice(a)))
  let current = target
  for (const [path, value] of entries) current = applyOne(current, path, value)
  return current
}

function isChoice(path: string): boolean {
  return path.startsWith('training.') && isPlanChoice(path.slice('training.'.length))
}

function applyOne(target: OverrideTarget, path: string, value: Json): OverrideTarget {
  const dot = path.indexOf('.')
  const head = dot < 0 ? path : path.slice(0, dot)
  const rest = dot < 0 ? '' : path.slice(dot + 1)
  if (head === 'training') return { ...target, plan: setPlan(target, path, rest, value) }
  if (head === 'data' && target.description) {
    const description = setData(target.description, rest, value)
    if (description) return { ...target, description }
  } else if (head !== 'data') {
    const document = setLayer(target.document, path, head, rest, value)
    if (document) return { ...target, document }
  }
  throw unknownPath(path, target)
}

function setLayer(
  document: GraphDocument,
  path: string,
  name: string,
  param: string,
  value: Json,
): GraphDocument | null {
  const node = Object.values(document.nodes).find((item) => item.name === name)
  const spec = node && findLayer(node.type)?.params[param]
  if (node && param === 'frozen') {
    if (typeof value !== 'boolean') throw valueError(path, 'true or false', value)
    return applyPatch(document, setFrozen(document, [node.id], value))
  }
  if (!node || !spec) return null
  const problem = checkParam(param, spec, value)
  if (problem) throw valueError(path, problem.expected ?? 'a value in range', value)
  const edit = setParams(document, node.id, { [param]: value })
  return edit.ok ? applyPatch(document, edit.patch) : null
}

function setPlan(target: OverrideTarget, path: string, field: string, value: Json): TrainingPlan {
  const { plan } = target
  const known = planFields(plan).find((item) => item.path === field)
  if (!known) throw unknownPath(path, target)
  const problem = Object.hasOwn(planParams, field) ? checkPlanField(field, value) : checkParam(field, known.spec, value)
  if (problem) throw valueError(path, problem.expected ?? 'a value in range', value)
  if (isPlanChoice(field)) {
    if (plan[field].type === value) return plan
    const rate = plan[field].params.learningRate
    const keeps = rate !== undefined && 'learningRate' in choiceParams(field, String(value))
    const params = keeps ? { learningRate: rate } : {}
    return parsePlan({ ...plan, [field]: { type: value, params } })
  }
  const [group, name] = field.split('.') as [keyof TrainingPlan, string | undefined]
  if (name === undefined) return { ...plan, [group]: value }
  if (isPlanChoice(group))
    return { ...plan, [group]: { ...plan[group], params: { ...plan[group].params, [name]: value } } }
  return { ...plan, [group]: { ...(plan[group] as object), [name]: value } }
}

/** A parameter that a sweep may vary. */
export interface SearchableParameter {
  path: string
  label: string
  kind: ParamSpec['kind']
  min?: number
  max?: number
  logarithmic?: boolean
  options?: string[]
  current: Json
}

function searchable(path: string, label: string, spec: ParamSpec, current: Json): SearchableParameter | null {
  const base = { path, label, kind: spec.kind, current }
  switch (spec.kind) {
    case 'integer':
    case 'number':
      if (spec.searchable === false) return null
      return { ...base, min: spec.min, max: spec.max, logarithmic: spec.logarithmic ?? false }
    case 'choice':
      if (spec.searchable === false) return null
      return { ...base, options: spec.options.map((option) => option.value) }
    case 'boolean':
      return spec.searchable === false ? null : base
    default:
      return null
  }
}

/** Parameters of layers and plan that can be swept, with ranges and present values; those hidden by present settings are left out. */
export function searchableParameters(document: GraphDocument, plan: TrainingPlan): SearchableParameter[] {
  const found: (SearchableParameter | null)[] = []
  for (const field of planFields(plan, { adversarial: hasAdversaries(document) }))
    if (field.visible) found.push(searchable(`training.${field.path}`, field.spec.label, field.spec, field.value))
  for (const node of Object.values(document.nodes)) {
    const specs = findLayer(node.type)?.params ?? {}
    const params = effectiveParams(specs, node.params)
    for (const [name, spec] of Object.entries(specs))
      if (spec.visible?.(params) ?? true)
        found.push(searchable(`${node.name}.${name}`, `${node.name}: ${spec.label}`, spec, params[name] as Json))
  }
  return found.filter((item) => item !== null)
}
