import type { IrGraph, IrValue } from '../../engine/compile/ir.ts'
import { encodeAttributes } from '../../engine/ops/attributes.ts'
import { findOp } from '../../engine/ops/registry.ts'
import { runKernel } from './native-program.ts'
import type { Values } from './reference-interpreter.ts'

/** Runs a graph node by node with the native kernels, at `n` samples; `given` holds feeds and weights. Aliases and in-place ops are not for it. */
export async function interpretNatively(graph: IrGraph, given: Values, n: number, threads = 1): Promise<Values> {
  const values: Values = new Map(given)
  const recordOf = (id: number): IrValue => graph.values.get(id) as IrValue
  for (const node of graph.nodes) {
    const { outputs } = await runKernel({
      kernel: node.op,
      inputs: node.inputs.map((id) =>
        id === null ? null : { shape: recordOf(id).shape, data: values.get(id)?.data ?? new Float64Array() },
      ),
      outputs: node.outputs.map((id) => recordOf(id).shape),
      attributes: encodeAttributes(findOp(node.op), node.attributes),
      samples: n,
      batchCapacity: n,
      threads,
    })
    for (const [index, id] of node.outputs.entries()) {
      const shape = recordOf(id).shape.map((size) => (size < 0 ? -size * n : size))
      values.set(id, { shape, data: Float64Array.from(outputs[index] as Float32Array) })
    }
  }
  return values
}
