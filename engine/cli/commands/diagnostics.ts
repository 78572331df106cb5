import type { ErrorDetails } from '../../base/errors.ts'
import type { Output } from '../output.ts'

export type Finding = ErrorDetails & { severity?: string; node?: string; column?: string }

/** Prints findings in the form of errors, with their severity in front. */
export function showDiagnostics(output: Output, findings: readonly Finding[]): void {
  for (const finding of findings) {
    output.event('diagnostic', finding)
    output.line()
    output.line(`${finding.severity ?? 'warning'} ${finding.code}: ${finding.message}`)
    for (const key of ['where', 'expected', 'received', 'fix'] as const) {
      const text = finding[key]
      if (text) output.line(`  ${`${key}:`.padEnd(10)}${text}`)
    }
  }
}
