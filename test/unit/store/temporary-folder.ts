import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder that lives as long as the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The code of the LaminaError that `work` throws; '' when it throws none. */
export function codeOf(work: () => unknown): string {
  try {
    work()
    return ''
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
