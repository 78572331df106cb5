import { LaminaError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'

/** The format this version writes. */
export const DOCUMENT_FORMAT = 2

/** Steps to the next format, by the format they start from. */
const steps: Readonly<Record<number, (document: JsonObject) => JsonObject>> = {
  // Nodes may name another one whose weights they use; none of format 1 does.
  1: (document) => ({ ...document, format: 2 }),
}

/** Brings a document of an older format to the present one. Throws `document.invalid` and `document.newer-format`. */
export function migrateDocument(document: JsonObject): JsonObject {
  const { format } = document
  if (!Number.isInteger(format) || (format as number) < 1)
    throw new LaminaError({
      code: 'document.invalid',
      message: 'This is not a drawing of a network: it names no format.',
      where: 'format',
      expected: `an integer from 1 to ${DOCUMENT_FORMAT}`,
      received: JSON.stringify(format) ?? 'nothing',
      fix: 'Open a document that Lamina wrote.',
    })
  if ((format as number) > DOCUMENT_FORMAT)
    throw new LaminaError({
      code: 'document.newer-format',
      message: 'This document was written by a newer version of Lamina.',
      where: 'format',
      expected: `format ${DOCUMENT_FORMAT} or older`,
      received: `format ${String(format)}`,
      fix: 'Update Lamina to open it. Nothing was changed.',
    })
  let current = document
  for (let version = format as number; version < DOCUMENT_FORMAT; version += 1) {
    const step = steps[version]
    if (step) current = step(current)
  }
  return current
}
