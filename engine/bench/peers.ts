import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Command } from './contestant.ts'

/** A library that can train the workloads too. */
export interface Peer {
  id: string
  label: string
  /** Workloads it can run; all when left out. */
  workloads?: readonly string[]
  /** How to get it, for those who lack it. */
  install: string
  /** Ways to start it, of which the fastest counts; empty where it is not installed. */
  commands(installed: Installed, workload: string, threads: number): Command[]
}

/** What was found on this machine. */
export interface Installed {
  python: string
  /** Modules that this Python has. */
  modules: ReadonlySet<string>
  /** Folder of a `node_modules` that has TensorFlow.js, or null. */
  tfjs: string | null
}

const folder = fileURLToPath(new URL('../../test/bench/peers', import.meta.url))
const modules = ['torch', 'keras', 'jax', 'tensorflow', 'sklearn']
const run = promisify(execFile)

/** glibc gives large blocks back to the system and takes them anew at every step; without this PyTorch is up to a third slower. */
const keepMemory = { MALLOC_MMAP_THRESHOLD_: '1073741824', MALLOC_TRIM_THRESHOLD_: '4294967296' }
const quiet = { TF_CPP_MIN_LOG_LEVEL: '3', TF_ENABLE_ONEDNN_OPTS: '1', JAX_PLATFORMS: 'cpu' }

function python(script: string, needs: readonly string[], env: Record<string, string> = {}): Peer['commands'] {
  return ({ python: command, modules: found }, workload, threads) => {
    if (!needs.every((name) => found.has(name))) return []
    const args = [join(folder, script), '--workload', workload, '--threads', String(threads)]
    return [{ name: `${script} ${Object.values(env).join(' ')}`.trim(), command, args, env: { ...keepMemory, ...quiet, ...env } }] // biome-ignore format: one record
  }
}

const backends = ['jax', 'tensorflow', 'torch'].map((backend) =>
  python('keras_peer.py', ['keras', backend], { KERAS_BACKEND: backend }),
)

export const peers: readonly Peer[] = [
  {
    id: 'pytorch',
    label: 'PyTorch',
    install: 'pip install torch',
    commands: python('pytorch_peer.py', ['torch']),
  },
  {
    id: 'keras',
    label: 'Keras 3',
    install: 'pip install keras and one of jax, tensorflow, torch',
    commands: (...given) => backends.flatMap((commands) => commands(...given)),
  },
  {
    id: 'scikit-learn',
    label: 'scikit-learn',
    workloads: ['W1', 'W2'],
    install: 'pip install scikit-learn',
    commands: python('sklearn_peer.py', ['sklearn']),
  },
  {
    id: 'tensorflow.js',
    label: 'TensorFlow.js',
    // Its WebAssembly backend has no gradients of convolutions, and its JavaScript backend takes seconds for a step of the others.
    workloads: ['W1', 'W2'],
    install:
      'npm install --prefix <folder> @tensorflow/tfjs @tensorflow/tfjs-backend-wasm, and name the folder in LAMINA_PEER_TFJS',
    commands: ({ tfjs }, workload) =>
      tfjs ? [{ name: 'tfjs_peer.mjs', command: process.execPath, args: [join(folder, 'tfjs_peer.mjs'), workload, tfjs] }] : [], // biome-ignore format: one record
  },
]

/** Looks which peers there are: the Python of `LAMINA_PEER_PYTHON` (else `python3`), TensorFlow.js in `LAMINA_PEER_TFJS`. */
export async function findInstalled(env: NodeJS.ProcessEnv = process.env): Promise<Installed> {
  const command = env.LAMINA_PEER_PYTHON || 'python3'
  const tfjs = env.LAMINA_PEER_TFJS && existsSync(join(env.LAMINA_PEER_TFJS, 'node_modules', '@tensorflow', 'tfjs')) ? env.LAMINA_PEER_TFJS : null // biome-ignore format: one condition
  const code = `import importlib.util as u; print(' '.join(m for m in ${JSON.stringify(modules)} if u.find_spec(m)))`
  const found = await run(command, ['-c', code]).then(
    ({ stdout }) => stdout.trim().split(/\s+/),
    () => [],
  )
  return { python: command, modules: new Set(found), tfjs }
}
