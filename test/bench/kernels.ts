/**
 * Runs the micro-benchmarks of kernels one after the other, each in a process of its own:
 *
 *     npm run bench:kernels                            all
 *     npm run bench:kernels -- gemm softmax            some
 *     npm run bench:kernels -- convolution --threads 2
 *
 * - gemm: the bare product over shapes, GFLOP/s and shares of the peak;
 * - elementwise, update, normalization, softmax, embedding, reduction, gather: kernels alone, in cache and from memory, GB/s and shares of the triad;
 * - dense, convolution, recurrent, attention, images, optimizer: whole training steps of the workload that leans on the kernel, its instructions with time,
 *   GFLOP/s, share of the peak and bytes moved.
 *
 * LAMINA_SIMD=avx2 or plain forces a lower instruction set.
 */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { openSubject } from '../../engine/bench/subject.ts'
import { loadNative } from '../../engine/native/index.ts'
import { profileSteps } from '../../engine/training/profile.ts'
import { groups as singles } from './kernels/single.bench.ts'

const SECONDS = 2

/** Workloads that spend their time in a kernel, and the ops that belong to it. */
const groups: Readonly<Record<string, { workloads: readonly string[]; ops: RegExp }>> = {
  dense: { workloads: ['W1', 'W2'], ops: /^dense/ },
  convolution: { workloads: ['W3', 'W4'], ops: /^(?:depthwise_)?conv/ },
  recurrent: { workloads: ['W5'], ops: /^(?:lstm|gru|simple_rnn)/ },
  attention: { workloads: ['W6'], ops: /attention|layer_normalization|embedding/ },
  images: {
    workloads: ['W2', 'W3', 'W4'],
    ops: /^(?:dropout|multiply|add|activation|softmax|max_pool|batch_normalization|global)/,
  },
  optimizer: { workloads: ['W2', 'W4', 'W6'], ops: /_update$/ },
}

const words = process.argv.slice(2)
const at = words.indexOf('--threads')
const threads = at < 0 ? [1] : (words[at + 1] ?? '1').split(',').map(Number)
const asked = words.filter((_, index) => at < 0 || (index !== at && index !== at + 1))
const known = ['gemm', ...singles, ...Object.keys(groups)]
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`There is no kernel benchmark ${unknown.join(', ')}; there are ${known.join(', ')}.`)
  process.exit(2)
}
const chosen = asked.length > 0 ? asked : known

/** Runs a benchmark of its own; what it says goes to the terminal. */
function apart(file: string, args: readonly string[]): void {
  const script = join(import.meta.dirname, 'kernels', file)
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

if (chosen.includes('gemm')) apart('gemm.bench.ts', threads.map(String))
const alone = singles.filter((name) => chosen.includes(name))
if (alone.length > 0) for (const count of threads) apart('single.bench.ts', [...alone, '--threads', String(count)])
const native = loadNative()
for (const count of chosen.some((name) => groups[name]) ? threads : []) {
  const peak = await native.measurePeak(count)
  for (const name of chosen) {
    const group = groups[name]
    if (!group) continue
    for (const id of group.workloads) {
      const { runner } = openSubject({ workload: id }, count)
      const { ops, msPerStep, simd } = await profileSteps(native, runner, { seconds: SECONDS, peak })
      runner.dispose()
      console.log(`${name} in ${id}, ${simd}, ${count} thread(s): ${msPerStep.toPrecision(4)} ms a step`)
      for (const op of ops.filter(({ op: kernel }) => group.ops.test(kernel))) {
        const rate = op.flops > 0 ? `${op.gflops.toFixed(1).padStart(8)} GFLOP/s ${(100 * op.shareOfPeak).toFixed(0).padStart(4)} %` : ' '.repeat(23) // biome-ignore format: one column
        const moved = `${op.gigabytesPerSecond.toFixed(1).padStart(7)} GB/s`
        console.log(
          `  ${`${op.op} ${op.layer}`.padEnd(48)} ${(op.msPerStep * 1000).toFixed(2).padStart(10)} µs ${rate} ${moved}`,
        )
      }
    }
  }
}
