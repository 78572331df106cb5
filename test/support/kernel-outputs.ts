import { kernelCall, kernelCalls } from './kernel-calls.ts'
import { runKernel } from './native-program.ts'

// Run as a process of its own, for an instruction set chosen by LAMINA_SIMD: prints each kernel's outputs as one JSON line.
for (const kernel of Object.keys(kernelCalls)) {
  const { outputs, accumulators } = await runKernel(kernelCall(kernel))
  const floats = outputs.map((output) => Buffer.from(output.buffer).toString('base64'))
  process.stdout.write(`${JSON.stringify({ kernel, floats, accumulators: [...accumulators] })}\n`)
}
