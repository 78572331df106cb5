import { readFileSync } from 'node:fs'

/** Names a process for good: its id alone may be used again, so its start time (Linux) or a random mark goes with it. */
export function currentOwner(): string {
  return `${process.pid}:${startMark(process.pid) ?? 'unknown'}`
}

/** True when the process that `owner` names still runs. */
export function ownerIsAlive(owner: string | null): boolean {
  if (!owner) return false
  const [pidText, mark] = owner.split(':')
  const pid = Number(pidText)
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return false
  }
  const now = startMark(pid)
  return now === null || mark === 'unknown' || now === mark
}

/** Start time of a process in clock ticks since boot, where the system tells (field 22 of /proc/<pid>/stat). */
function startMark(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
