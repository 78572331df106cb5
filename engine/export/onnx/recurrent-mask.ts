import type { OnnxGraph } from './graph.ts'
import { booleans } from './mask-operators.ts'
import { DataType } from './schema.ts'

/** How a masked sequence is read: `padded` [N, T, F] has the steps that count first, in their order, `lengths` [N] says how many, 1 at least. */
interface Packed {
  padded: string
  lengths: string
  /** What the states [N, T, U] of the packed sequence are at the steps of the original, or the last one [N, U]. */
  unpack(states: string): string
}

export interface Masked {
  graph: OnnxGraph
  x: string
  /** N x T. */
  mask: string
  steps: number
  features: number
  units: number
  backwards: boolean
  returnSequences: boolean
  zeroOutputForMask: boolean
}

/**
 * ONNX' recurrent operators leave steps out only at the end of a sequence. Steps that a mask leaves out keep the state, so that the others can
 * be moved to the front, and each step be given the state that the last one counted before it left: exact for any mask.
 */
export function packSequences(given: Masked): Packed {
  const { graph, x, mask, steps, features, units } = given
  const one = graph.integers('one', [1])
  const zero = graph.integers('zero', [0])
  const axis = (index: number): string => graph.integers('axes', [index])
  const marked = booleans(graph, mask, 2, 2)
  const numbers = graph.add('Cast', [marked], { to: DataType.int64 })
  // Steps that count, up to each and in all.
  const counted = graph.add('CumSum', [numbers, one])
  const total = graph.add('ReduceMax', [counted], { axes: [1], keepdims: 1 })
  const times = graph.integers(
    'times',
    Array.from({ length: steps }, (_, time) => time),
  )
  const behind = graph.add('Add', [total, graph.add('Sub', [times, counted])])
  const place = graph.add('Where', [marked, graph.add('Sub', [counted, one]), behind])
  const zeros = graph.add('Sub', [counted, counted])
  const order = graph.add('ScatterElements', [zeros, place, graph.add('Add', [zeros, times])], { axis: 1 })

  const along = (values: string, indices: string, size: number): string => {
    const wide = graph.add('Expand', [
      graph.add('Unsqueeze', [indices, axis(2)]),
      graph.integers('shape', [1, 1, size]),
    ])
    return graph.add('GatherElements', [values, wide], { axis: 1 })
  }
  const some = graph.add('Max', [total, one])
  const lengths = graph.add('Cast', [graph.add('Squeeze', [some, axis(1)])], { to: DataType.int32 })

  /** Whose state is wanted, in the packed order; below 0 or beyond the last, none. */
  const wanted = (): string => {
    if (!given.returnSequences)
      return given.backwards ? graph.add('Sub', [total, total]) : graph.add('Sub', [total, one])
    return given.backwards ? graph.add('Sub', [counted, numbers]) : graph.add('Sub', [counted, one])
  }

  const unpack = (states: string): string => {
    const index = wanted()
    const inside = graph.add('And', [graph.add('GreaterOrEqual', [index, zero]), graph.add('Less', [index, total])])
    const valid = given.zeroOutputForMask ? graph.add('And', [inside, marked]) : inside
    const near = graph.add('Max', [graph.add('Min', [index, graph.add('Sub', [some, one])]), zero])
    const found = along(states, near, units)
    const kept = graph.add('Where', [graph.add('Unsqueeze', [valid, axis(2)]), found, graph.scalar(0)])
    return given.returnSequences ? kept : graph.add('Squeeze', [kept, axis(1)])
  }
  return { padded: along(x, order, features), lengths, unpack }
}
