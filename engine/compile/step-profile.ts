import { invariant } from '../base/errors.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import type { MachinePeak, ProfileEntry } from '../native/program.ts'
import { findOp, isOptionalOutput } from '../ops/registry.ts'
import type { IrGraph, ValueId } from './ir.ts'
import { countUses } from './rewrite.ts'

/** What a step spends on something, and how near it comes to what the machine can do. */
export interface ProfileFigures {
  msPerStep: number
  /** Of the whole step, 0..1. */
  share: number
  /** Floating-point operations a step by the declarations of the ops; 0 where they state none (updates, copies). */
  flops: number
  gflops: number
  /** Of the measured peak of fused multiply-adds, 0..1. */
  shareOfPeak: number
  /** Bytes of the operands read and written a step: what has to be moved, be it in a cache or in memory. */
  bytes: number
  gigabytesPerSecond: number
}

/** One instruction of the training program. */
export interface OpProfile extends ProfileFigures {
  op: string
  /** Document node it comes from; empty for what belongs to no layer, such as the update. */
  node: string
  /** Name of that node. */
  layer: string
  /** Calls a step. */
  calls: number
}

export interface ProfileGroup extends ProfileFigures {
  name: string
  calls: number
}

/** Where the time of a training step goes. */
export interface StepProfile extends ProfileFigures {
  threads: number
  simd: string
  batchSize: number
  /** Steps that were timed. */
  steps: number
  samplesPerSecond: number
  peak: MachinePeak
  /** In the order in which they run; the last is what passes between ops: gathering the batch and bookkeeping. */
  ops: OpProfile[]
}

export interface ProfileMeasurement {
  graph: IrGraph
  /** Names of the document nodes by id. */
  names: ReadonlyMap<string, string>
  batchSize: number
  steps: number
  /** Mean time of a step that is not profiled. */
  msPerStep: number
  entries: readonly ProfileEntry[]
  peak: MachinePeak
  simd: string
}

/** What passes between ops. */
export const BETWEEN_OPS = 'between_ops'

/** What the instructions of a program do a batch, in order. */
function instructionsOf(graph: IrGraph, samples: number) {
  const uses = countUses(graph)
  const shapeOf = (id: ValueId): Shape => graph.values.get(id)?.shape ?? []
  const bytesOf = (id: ValueId): number => 4 * elementCount(shapeOf(id), samples)
  return graph.nodes.flatMap(({ op: name, inputs, outputs, attributes, origin }) => {
    const op = findOp(name)
    if (op.alias) return []
    const read = inputs.reduce<number>((sum, id) => sum + (id === null ? 0 : bytesOf(id)), 0)
    const written = outputs.reduce<number>(
      (sum, id, index) => sum + (isOptionalOutput(op, index) && !uses.has(id) ? 0 : bytesOf(id)),
      0,
    )
    const shapes = inputs.map((id) => (id === null ? null : shapeOf(id)))
    const flops = samples * op.flops(shapes, outputs.map(shapeOf), attributes)
    return [{ op: name, node: origin, flops, bytes: read + written }]
  })
}

/** Joins times with what the ops declare. */
export function stepProfile(measured: ProfileMeasurement): StepProfile {
  const { graph, names, batchSize, steps, msPerStep, entries, peak, simd } = measured
  const figures = (ms: number, flops: number, bytes: number, whole: number): ProfileFigures => {
    const gflops = ms > 0 ? flops / ms / 1e6 : 0
    return {
      msPerStep: ms,
      share: whole > 0 ? ms / whole : 0,
      flops,
      gflops,
      shareOfPeak: gflops / peak.gflops,
      bytes,
      gigabytesPerSecond: ms > 0 ? bytes / ms / 1e6 : 0,
    }
  }
  const instructions = instructionsOf(graph, batchSize)
  const inOps = entries.reduce((sum, { seconds }) => sum + seconds, 0)
  const whole = Math.max(msPerStep, (1000 * inOps) / steps)
  const ops = entries.map(({ instruction, kernel, calls, seconds }): OpProfile => {
    const found = instructions[instruction]
    invariant(found?.op === kernel, `instruction ${instruction} is ${kernel} in the program, ${found?.op} in the graph`)
    const { op, node, flops, bytes } = found
    const own = figures((1000 * seconds) / steps, (flops * calls) / steps, (bytes * calls) / steps, whole)
    return { op, node, layer: names.get(node) ?? '', calls: calls / steps, ...own }
  })
  const between = figures(whole - (1000 * inOps) / steps, 0, 0, whole)
  ops.push({ op: BETWEEN_OPS, node: '', layer: '', calls: 1, ...between })
  const sum = (of: (op: OpProfile) => number) => ops.reduce((total, op) => total + of(op), 0)
  return {
    threads: peak.threads,
    simd,
    batchSize,
    steps,
    samplesPerSecond: (1000 * batchSize) / whole,
    peak,
    ops,
    ...figures(
      whole,
      sum((op) => op.flops),
      sum((op) => op.bytes),
      whole,
    ),
  }
}

/** Said when a fast algorithm beats the peak by the operations that are counted. */
export const ABOVE_PEAK =
  'Above 100 % of the peak: FLOPs of the direct computation are counted, and Winograd needs fewer.'

/** True when a row is above what the machine could do by direct computation. */
export function isAbovePeak(rows: readonly ProfileGroup[]): boolean {
  return rows.some((row) => row.flops > 0 && row.shareOfPeak > 1)
}

/** Sums the ops that `nameOf` gives the same name, in the order in which the names first come. */
export function groupProfile(profile: StepProfile, nameOf: (op: OpProfile) => string): ProfileGroup[] {
  const groups = new Map<string, ProfileGroup>()
  for (const op of profile.ops) {
    const name = nameOf(op)
    const group = groups.get(name)
    if (!group) {
      const { calls, msPerStep, share, flops, gflops, shareOfPeak, bytes, gigabytesPerSecond } = op
      groups.set(name, { name, calls, msPerStep, share, flops, gflops, shareOfPeak, bytes, gigabytesPerSecond })
      continue
    }
    group.calls += op.calls
    group.msPerStep += op.msPerStep
    group.share += op.share
    group.flops += op.flops
    group.bytes += op.bytes
    group.gflops = group.msPerStep > 0 ? group.flops / group.msPerStep / 1e6 : 0
    group.shareOfPeak = group.gflops / profile.peak.gflops
    group.gigabytesPerSecond = group.msPerStep > 0 ? group.bytes / group.msPerStep / 1e6 : 0
  }
  return [...groups.values()]
}
