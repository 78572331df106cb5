import type { IrGraph, IrValue } from '../../engine/compile/ir.ts'
import { encodeAttributes } from '../../engine/ops/attributes.ts'
import { findOp } from '../../engine/ops/registry.ts'
import { runKernel } from './native-program.ts'
import type { Values } from './reference-interpreter.ts'

/** Runs a graph node by node with the native kernels, at `n` samples; `given` holds feeds and weights. What an op writes in place is new beside the old. */
export async function interpretNatively(graph: IrGraph, given: Values, n: number, threads = 1): Promise<Values> {
  const values: Values = new Map(given)
  const recordOf = (id: number): IrValue => graph.values.get(id) as IrValue
  for (const { id, shape, literal } of graph.values.values())
    if (literal) values.set(id, { shape: [...shape], data: Float64Array.from(literal) })
  for (const node of graph.nodes) {
    if (findOp(node.op).alias) {
      const source = values.get(node.inputs[0] as number)
      const shape = recordOf(node.outputs[0] as number).shape.map((size) => (size < 0 ? -size * n : size))
      values.set(node.outputs[0] as number, { shape, data: source?.data ?? new Float64Array() })
      continue
    }
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
