import type { CommandContext } from '../session.ts'

/** `lamina bench [workloads...]` */
export async function run(_context: CommandContext, _args: readonly string[], _options: object): Promise<void> {
  await import('../../bench/workloads.ts')
}
