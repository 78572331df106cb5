import type { Attributes } from '../../ops/op.ts'
import type { OnnxGraph } from './graph.ts'
import { DataType } from './schema.ts'

/** Appends the activation that the attributes of an op name, and returns its output. */
export function activate(graph: OnnxGraph, x: string, attributes: Attributes): string {
  const alpha = { float: Number(attributes.alpha) }
  switch (attributes.activation) {
    case 'relu':
      return graph.add('Relu', [x])
    case 'sigmoid':
      return graph.add('Sigmoid', [x])
    case 'tanh':
      return graph.add('Tanh', [x])
    case 'step':
      return graph.add('Cast', [graph.add('GreaterOrEqual', [x, graph.scalar(0)])], { to: DataType.float })
    case 'leaky_relu':
      return graph.add('LeakyRelu', [x], { alpha })
    case 'elu':
      return graph.add('Elu', [x], { alpha })
    case 'selu':
      return graph.add('Selu', [x], { alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } })
    case 'gelu': {
      const erf = graph.add('Erf', [graph.add('Mul', [x, graph.scalar(Math.SQRT1_2)])])
      const half = graph.add('Mul', [x, graph.scalar(0.5)])
      return graph.add('Mul', [half, graph.add('Add', [erf, graph.scalar(1)])])
    }
    case 'softplus':
      return graph.add('Softplus', [x])
    case 'silu':
      return graph.add('Mul', [x, graph.add('Sigmoid', [x])])
    case 'gelu_tanh': {
      const square = graph.add('Mul', [x, x])
      const factor = graph.add('Add', [graph.add('Mul', [square, graph.scalar(0.044715)]), graph.scalar(1)])
      const scaled = graph.add('Mul', [x, graph.scalar(Math.sqrt(2 / Math.PI))])
      const bent = graph.add('Tanh', [graph.add('Mul', [scaled, factor])])
      const half = graph.add('Mul', [x, graph.scalar(0.5)])
      return graph.add('Mul', [half, graph.add('Add', [bent, graph.scalar(1)])])
    }
    case 'softsign':
      return graph.add('Softsign', [x])
    case 'mish':
      return graph.add('Mul', [x, graph.add('Tanh', [graph.add('Softplus', [x])])])
    case 'hard_sigmoid':
      return graph.add('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } })
    case 'hard_tanh':
      return graph.add('Clip', [x, graph.scalar(-1), graph.scalar(1)])
    case 'hard_silu':
      return graph.add('HardSwish', [x])
    case 'exponential':
      return graph.add('Exp', [x])
    case 'relu6':
      return graph.add('Clip', [x, graph.scalar(0), graph.scalar(6)])
    case 'celu':
      return graph.add('Celu', [x], { alpha })
    case 'log_sigmoid':
      return graph.add('Neg', [graph.add('Softplus', [graph.add('Neg', [x])])])
    case 'tanh_shrink':
      return graph.add('Sub', [x, graph.add('Tanh', [x])])
    case 'soft_shrink':
      return graph.add('Shrink', [x], { lambd: { float: 0.5 }, bias: { float: 0.5 } })
    case 'hard_shrink':
      return graph.add('Shrink', [x], { lambd: { float: 0.5 }, bias: { float: 0 } })
    case 'squareplus': {
      const root = graph.add('Sqrt', [graph.add('Add', [graph.add('Mul', [x, x]), graph.scalar(4)])])
      return graph.add('Mul', [graph.add('Add', [x, root]), graph.scalar(0.5)])
    }
    default:
      return x
  }
}
