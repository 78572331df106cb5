import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** The process that works on a run: computer, process id and start time, so that a reused id is not mistaken for it. */
export function currentOwner(): string {
  return `${hostname()}/${process.pid}/${startTime(process.pid)}`
}

/** False when the process has ended or runs elsewhere (a project that was copied while a run went on). */
export function isOwnerAlive(owner: string): boolean {
  const [host, pid, started] = owner.split('/')
  if (host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startTime(Number(pid))
  return now !== 'ended' && (started === '' || now === '' || now === started)
}

/** Clock ticks since boot at which the process started, where the system tells (Linux); else empty. */
function startTime(pid: number): string {
  if (process.platform !== 'linux') return ''
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '')
  } catch {
    return ''
  }
}
