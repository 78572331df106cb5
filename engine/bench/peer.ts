import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LaminaError } from '../base/errors.ts'

export interface PeerMeasurement {
  msPerStep: number
  torch: string
  variant: string
}

const script = fileURLToPath(new URL('../../test/bench/peers/pytorch_w.py', import.meta.url))
const run = promisify(execFile)

/** A Python that has PyTorch: `LAMINA_PEER_PYTHON`, else `python3`. Throws `bench.no-peer`. */
export async function findPeer(): Promise<string> {
  const python = process.env.LAMINA_PEER_PYTHON || 'python3'
  try {
    await run(python, ['-c', 'import torch'])
    if (existsSync(script)) return python
    throw new Error(`${script} is missing`)
  } catch (cause) {
    throw new LaminaError(
      {
        code: 'bench.no-peer',
        message: 'There is no PyTorch to compare with.',
        where: python,
        expected: 'a Python that can import torch',
        received: 'none',
        fix: 'Install torch, or name another Python in LAMINA_PEER_PYTHON.',
      },
      { cause },
    )
  }
}

/** Times the same workload in PyTorch, in its best variant on this machine. */
export async function measurePeer(
  python: string,
  workload: string,
  threads: number,
  seconds: number,
): Promise<PeerMeasurement> {
  const args = ['--workload', workload, '--threads', String(threads), '--seconds', String(seconds), '--repeats', '3']
  const { stdout } = await run(python, [script, ...args], { env: { ...process.env, OMP_NUM_THREADS: String(threads) } })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as PeerMeasurement
}
