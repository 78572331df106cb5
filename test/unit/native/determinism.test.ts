import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import { kernelCall, kernelCalls } from '../../support/kernel-calls.ts'
import { runKernel } from '../../support/native-program.ts'

const native = loadNative()

beforeAll(() => native.setCoreBudget(4))
afterAll(() => native.setCoreBudget(native.info().cores))

describe('a kernel gives the same bits on 1, 2 and 4 threads', () => {
  it('and every kernel of the build is in this list', () => {
    expect(Object.keys(kernelCalls).sort()).toEqual([...native.info().kernels].sort())
  })

  it.each(Object.keys(kernelCalls))('%s', async (kernel) => {
    const call = kernelCall(kernel)
    const alone = await runKernel({ ...call, threads: 1 })
    const values = alone.outputs.flatMap((output) => [...output])
    expect(values.every(Number.isFinite)).toBe(true)
    expect([...values, ...alone.accumulators].some((value) => value !== 0)).toBe(true)
    for (const threads of [2, 4, 4]) {
      const shared = await runKernel({ ...call, threads })
      for (const [index, output] of shared.outputs.entries())
        expect(Buffer.compare(bytes(output), bytes(alone.outputs[index] as Float32Array)), `output ${index}`).toBe(0)
      expect(shared.accumulators).toEqual(alone.accumulators)
    }
  })
})

function bytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
