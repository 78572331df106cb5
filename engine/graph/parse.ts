import * as v from 'valibot'
import { LaminaError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { GraphDocument } from './document.ts'
import { migrateDocument } from './migrate.ts'

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64))
const finite = v.pipe(v.number(), v.finite())
const json: v.GenericSchema = v.lazy(() =>
  v.union([v.string(), finite, v.boolean(), v.null(), v.array(json), v.record(v.string(), json)]),
)
const port = v.strictObject({ node: id, port: id })

export const nodeSchema = v.strictObject({
  id,
  type: id,
  name: id,
  params: v.record(v.string(), json),
  position: v.strictObject({ x: finite, y: finite }),
  frozen: v.optional(v.boolean()),
  weightsFrom: v.optional(id),
})

export const edgeSchema = v.strictObject({ id, from: port, to: port, order: v.pipe(v.number(), v.integer()) })

const documentSchema = v.strictObject({
  format: v.literal(2),
  nodes: v.record(id, nodeSchema),
  edges: v.record(id, edgeSchema),
})

function invalid(where: string, expected: string, received: string): LaminaError {
  return new LaminaError({
    code: 'document.invalid',
    message: `This is not a drawing of a network: ${where} is wrong.`,
    where,
    expected,
    received,
    fix: 'Open a document that Lamina wrote, or go back to an earlier save.',
  })
}

/**
 * Reads a document from JSON (an object or its text), migrating older formats. A document that parses may still have problems;
 * `validateDocument` finds them. Throws `document.invalid` with the place, `document.newer-format` for the future.
 */
export function parseDocument(source: unknown): GraphDocument {
  let value = source
  if (typeof source === 'string') {
    try {
      value = JSON.parse(source)
    } catch (cause) {
      throw invalid('the text', 'JSON', cause instanceof Error ? cause.message : String(cause))
    }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('document', 'an object with format, nodes and edges', Array.isArray(value) ? 'a list' : String(value))
  const result = v.safeParse(documentSchema, migrateDocument(value as JsonObject))
  if (!result.success) {
    const issue = result.issues[0]
    throw invalid(v.getDotPath(issue) ?? 'document', issue.expected ?? issue.type, issue.received)
  }
  const document = result.output as GraphDocument
  for (const kind of ['nodes', 'edges'] as const)
    for (const [key, item] of Object.entries(document[kind]))
      if (item.id !== key) throw invalid(`${kind}.${key}.id`, key, item.id)
  return document
}

/** The document as text, keys in a stable order, so that equal documents give equal texts. */
export function stringifyDocument(document: GraphDocument): string {
  return JSON.stringify(sorted(document), null, 2)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}
