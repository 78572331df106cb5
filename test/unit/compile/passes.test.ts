import { describe, expect, it } from 'vitest'
import { differentiate } from '../../../engine/compile/differentiate.ts'
import { fuseKernels, fuseLosses } from '../../../engine/compile/fuse.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { IrGraph, ValueId } from '../../../engine/compile/ir.ts'
import { printGraph } from '../../../engine/compile/print.ts'
import { schedule } from '../../../engine/compile/schedule.ts'
import { simplify } from '../../../engine/compile/simplify.ts'
import { verify } from '../../../engine/compile/verify.ts'

/** The printed nodes without declarations. */
function nodesOf(graph: IrGraph): string[] {
  return printGraph(graph)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes('(') && !/ = (feed|parameter|constant|state|slot) /.test(line))
}

/** x -> dense -> activation -> dense -> loss over probabilities, with its target. */
function classifier(activation: string, options: { dropout?: boolean } = {}) {
  const builder = createGraphBuilder()
  const x = builder.value('feed', 'x', [-1, 4], { slot: 0 })
  const target = builder.value('feed', 'target', [-1, 1], { slot: 1 })
  const w1 = builder.value('parameter', 'w1', [4, 6])
  const w2 = builder.value('parameter', 'w2', [6, 3])
  let flow = builder.emitOne('activation', [builder.emitOne('dense', [x, w1, null])], { activation })
  if (options.dropout) flow = builder.emit('dropout', [flow], { rate: 0.5, stream: 1000 })[0] as ValueId
  const p = builder.emitOne('softmax', [builder.emitOne('dense', [flow, w2, null])])
  const losses = builder.emitOne('sparse_categorical_cross_entropy', [p, target])
  const loss = builder.emitOne('batch_mean', [losses])
  return { builder, parameters: [w1, w2], p, losses, loss }
}

/** Forward and backward with gradients as outputs, after fusing losses. */
function trained(activation: string, options: { dropout?: boolean } = {}): IrGraph {
  const { builder, parameters, loss } = classifier(activation, options)
  const forward = fuseLosses(builder.finish('step', [], loss))
  const { graph, gradients } = differentiate(forward, parameters)
  const outputs = parameters.map((id) => ({ name: `d${id}`, value: gradients.get(id) as ValueId }))
  return verify({ ...graph, outputs, loss: undefined }, 'differentiate')
}

describe('differentiate', () => {
  it('writes the backward pass from the rules of the ops', () => {
    expect(nodesOf(simplify(trained('tanh')))).toMatchInlineSnapshot(`
      [
        "%4: N x 6 = dense(%0, %2, -)",
        "%5: N x 6 = activation(%4) activation=tanh",
        "%6: N x 3 = dense(%5, %3, -)",
        "%10: scalar = fill() value=1",
        "%11: N = batch_mean_gradient(%10)",
        "%12: N x 3 = sparse_softmax_cross_entropy_gradient(%11, %6, %1)",
        "%13: N x 6 = dense_input_gradient(%12, %3, -)",
        "%14: 6 x 3, %15: 3 = dense_parameter_gradient(%5, %12)",
        "%16: N x 6 = activation_gradient(%13, -, %5) activation=tanh",
        "%17: 4 x 6, %18: 6 = dense_parameter_gradient(%0, %16)",
      ]
    `)
  })

  it('adds the gradients of several readers in the order in which they stand', () => {
    const builder = createGraphBuilder()
    const w = builder.value('parameter', 'w', [2])
    const doubled = builder.emitOne('scale', [w], { factor: 2 })
    const loss = builder.emitOne('l2_penalty', [builder.emitOne('multiply', [w, doubled])], { factor: 1 })
    const { graph, gradients } = differentiate(builder.finish('shared', [], loss), [w])
    expect(nodesOf({ ...graph, outputs: [{ name: 'dw', value: gradients.get(w) as ValueId }] })).toMatchInlineSnapshot(`
      [
        "%1: 2 = scale(%0) factor=2",
        "%2: 2 = multiply(%0, %1)",
        "%3: scalar = l2_penalty(%2) factor=1",
        "%4: scalar = fill() value=1",
        "%5: 2 = l2_penalty_gradient(%4, %2) factor=1",
        "%6: 2 = multiply(%5, %1)",
        "%7: 2 = multiply(%5, %0)",
        "%8: 2 = scale(%7) factor=2",
        "%9: 2 = add(%8, %6)",
      ]
    `)
  })

  it('computes nothing that no parameter needs', () => {
    const { builder, parameters, loss } = classifier('relu')
    const graph = differentiate(builder.finish('step', [], loss), [parameters[1] as ValueId]).graph
    expect(graph.nodes.map((node) => node.op)).not.toContain('dense_input_gradient')
  })

  it('gives no gradient through a step and to what the loss does not read', () => {
    const { builder, parameters, loss } = classifier('step')
    const unread = builder.value('parameter', 'unread', [3])
    const { gradients } = differentiate(builder.finish('step', [], loss), [...parameters, unread])
    expect(parameters.map((id) => gradients.get(id) !== null)).toEqual([false, true])
    expect(gradients.get(unread)).toBeNull()
  })

  it('refuses a loss that reads parameters through an op without gradient', () => {
    const { builder, parameters, p } = classifier('relu')
    const target = builder.value('feed', 'other', [-1, 1], { slot: 2 })
    const loss = builder.emitOne('batch_mean', [builder.emitOne('sparse_categorical_accuracy', [p, target])])
    expect(() => differentiate(builder.finish('step', [], loss), parameters)).toThrow(
      expect.objectContaining({ code: 'compile.not-differentiable' }),
    )
  })
})

describe('simplify', () => {
  it('removes what has no influence', () => {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1, 2, 3], { slot: 0 })
    const one = builder.emitOne('scale', [builder.emitOne('add', [x])], { factor: 1 })
    const linear = builder.emitOne('activation', [one])
    const flat = builder.emitOne('reshape', [linear], {}, { shape: [-1, 6] })
    const other = builder.emitOne('reshape', [flat], {}, { shape: [-1, 3, 2] })
    const back = builder.emitOne('reshape', [other], {}, { shape: [-1, 2, 3] })
    const whole = builder.emitOne(
      'slice',
      [builder.emitOne('concatenate', [back], { axis: 1 })],
      { axis: 1, begin: 0 },
      { shape: [-1, 2, 3] },
    )
    const twice = builder.emitOne('scale', [builder.emitOne('scale', [whole], { factor: 2 })], { factor: 3 })
    builder.emitOne('softmax', [twice])
    const outputs = [
      { name: 'twice', value: twice },
      { name: 'other', value: other },
    ]
    const before = builder.finish('tidy', outputs)
    expect(nodesOf(before)).toHaveLength(11)
    expect(nodesOf(verify(simplify(before), 'simplify'))).toMatchInlineSnapshot(`
      [
        "%5: N x 3 x 2 = reshape(%0)",
        "%10: N x 2 x 3 = scale(%0) factor=6",
      ]
    `)
  })

  it('computes equal things once, but nothing with an effect', () => {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1], { slot: 0 })
    const a = builder.emitOne('scale', [x], { factor: 2 })
    const b = builder.emitOne('scale', [x], { factor: 2 })
    const c = builder.emitOne('scale', [x], { factor: 3 })
    builder.emit('accumulate', [builder.emitOne('add', [a, b, c])], { slot: 0 })
    builder.emit('accumulate', [builder.emitOne('add', [b, a, c])], { slot: 0 })
    expect(nodesOf(verify(simplify(builder.finish('twins', [])), 'simplify'))).toMatchInlineSnapshot(`
      [
        "%1: N = scale(%0) factor=2",
        "%3: N = scale(%0) factor=3",
        "%4: N = add(%1, %1, %3)",
        "accumulate(%4) slot=0",
        "accumulate(%4) slot=0",
      ]
    `)
  })
})

describe('fuse', () => {
  it('takes the loss from the logits and keeps probabilities only where they are read', () => {
    const { builder, p, loss } = classifier('relu')
    const alone = fuseLosses(builder.finish('step', [], loss))
    expect(alone.nodes.map((node) => node.op)).toEqual([
      'dense',
      'activation',
      'dense',
      'sparse_softmax_cross_entropy',
      'batch_mean',
    ])
    const read = fuseLosses(builder.finish('step', [{ name: 'p', value: p }], loss))
    expect(read.nodes.map((node) => node.op)).toContain('softmax')
  })

  it('merges activations and their gradients into the products beside them', () => {
    expect(nodesOf(verify(fuseKernels(simplify(trained('tanh'))), 'fuse'))).toMatchInlineSnapshot(`
      [
        "%5: N x 6 = dense(%0, %2, -) activation=tanh",
        "%6: N x 3 = dense(%5, %3, -)",
        "%10: scalar = fill() value=1",
        "%11: N = batch_mean_gradient(%10)",
        "%12: N x 3 = sparse_softmax_cross_entropy_gradient(%11, %6, %1)",
        "%14: 6 x 3, %15: 3 = dense_parameter_gradient(%5, %12)",
        "%16: N x 6 = dense_input_gradient(%12, %3, %5) activation=tanh",
        "%17: 4 x 6, %18: 6 = dense_parameter_gradient(%0, %16)",
      ]
    `)
  })

  it('reaches through the mask of a dropout', () => {
    expect(nodesOf(verify(fuseKernels(simplify(trained('relu', { dropout: true }))), 'fuse'))).toMatchInlineSnapshot(`
      [
        "%5: N x 6 = dense(%0, %2, -) activation=relu",
        "%6: N x 6, %7: N x 6 = dropout(%5) rate=0.5 stream=1000",
        "%8: N x 3 = dense(%6, %3, -)",
        "%12: scalar = fill() value=1",
        "%13: N = batch_mean_gradient(%12)",
        "%14: N x 3 = sparse_softmax_cross_entropy_gradient(%13, %8, %1)",
        "%16: 6 x 3, %17: 3 = dense_parameter_gradient(%6, %14)",
        "%22: N x 6 = dense_input_gradient(%14, %3, %5) activation=relu",
        "%19: N x 6 = multiply(%22, %7)",
        "%20: 4 x 6, %21: 6 = dense_parameter_gradient(%0, %19)",
      ]
    `)
  })

  /** Three dense layers that read h, which is an activation of x w, and x + h; the gradient of the sum of all that with respect to w. */
  function readTogether(others: number): IrGraph {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1, 3], { slot: 0 })
    const [w, ...readers] = Array.from({ length: 4 }, (_, index) => builder.value('parameter', `w${index}`, [3, 3]))
    const h = builder.emitOne('activation', [builder.emitOne('dense', [x, w!, null])], { activation: 'relu' })
    const parts = readers.map((reader) => builder.emitOne('dense', [h, reader, null]))
    const more = Array.from({ length: others }, (_, index) => builder.emitOne('scale', [h], { factor: 2 + index }))
    const whole = builder.emitOne('multiply', [builder.emitOne('add', [...parts, ...more]), h])
    const flat = builder.emitOne('reduce_sum', [whole], {}, { shape: [-1, 1] })
    const loss = builder.emitOne('batch_mean', [builder.emitOne('reshape', [flat], {}, { shape: [-1] })])
    const { graph, gradients } = differentiate(builder.finish('readers', [], loss), [w!])
    const outputs = [{ name: 'dw', value: gradients.get(w!) as ValueId }]
    return verify(fuseKernels(simplify({ ...graph, outputs, loss: undefined })), 'fuse')
  }
  const sums = (graph: IrGraph): string[] => nodesOf(graph).filter((node) => /dense_input_gradient|add\(/.test(node))

  it('merges the gradients of several readers, one that is no product and the activation before them', () => {
    expect(sums(readTogether(0))).toMatchInlineSnapshot(`
      [
        "%10: N x 3 = add(%7, %8, %9)",
        "%25: N x 3 = dense_input_gradients(%6, %20, %19, %2, %19, %3, %19, %4) activation=relu",
      ]
    `)
  })

  it('adds what else there is to the merged gradient', () => {
    expect(sums(readTogether(2))).toMatchInlineSnapshot(`
      [
        "%12: N x 3 = add(%7, %8, %9, %10, %11)",
        "%27: N x 3 = dense_input_gradients(-, -, %21, %2, %21, %3, %21, %4)",
        "%28: N x 3 = add(%24, %23, %22, %27)",
      ]
    `)
  })

  it('merges an addition into the dense before it, and the activation of the sum', () => {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1, 4], { slot: 0 })
    const w = builder.value('parameter', 'w', [4, 4])
    const b = builder.value('parameter', 'b', [4])
    const sum = builder.emitOne('add', [builder.emitOne('dense', [x, w, b]), x])
    const y = builder.emitOne('activation', [sum], { activation: 'relu' })
    expect(
      nodesOf(verify(fuseKernels(builder.finish('residual', [{ name: 'y', value: y }])), 'fuse')),
    ).toMatchInlineSnapshot(`
      [
        "%5: N x 4 = dense_residual(%0, %1, %2, %0) activation=relu",
      ]
    `)
    const read = [
      { name: 'y', value: y },
      { name: 'sum', value: sum },
    ]
    expect(fuseKernels(builder.finish('read', read)).nodes.map((node) => node.op)).toEqual([
      'dense_residual',
      'activation',
    ])
  })

  it('leaves the sum of a dense that is activated, or read elsewhere', () => {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1, 4], { slot: 0 })
    const w = builder.value('parameter', 'w', [4, 4])
    const active = builder.emitOne('dense', [x, w, null], { activation: 'relu' })
    const linear = builder.emitOne('dense', [x, w, null])
    const outputs = [
      { name: 'a', value: builder.emitOne('add', [active, x]) },
      { name: 'b', value: builder.emitOne('add', [x, linear]) },
      { name: 'linear', value: linear },
    ]
    const ops = fuseKernels(builder.finish('left', outputs)).nodes.map((node) => node.op)
    expect(ops).toEqual(['dense', 'dense', 'add', 'add'])
  })

  it('leaves an activation whose gradient needs its input', () => {
    const ops = fuseKernels(simplify(trained('gelu'))).nodes.map((node) => node.op)
    expect(ops).toContain('activation')
    expect(ops).toContain('activation_gradient')
  })

  it('leaves a dense whose result someone else reads', () => {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1, 4], { slot: 0 })
    const w = builder.value('parameter', 'w', [4, 2])
    const z = builder.emitOne('dense', [x, w, null])
    const y = builder.emitOne('activation', [z], { activation: 'relu' })
    const outputs = [
      { name: 'y', value: y },
      { name: 'z', value: z },
    ]
    expect(fuseKernels(builder.finish('both', outputs)).nodes).toHaveLength(2)
    expect(fuseKernels(builder.finish('one', outputs.slice(0, 1))).nodes).toHaveLength(1)
  })
})

describe('schedule', () => {
  it('puts short-lived branches one after the other when that saves memory', () => {
    const builder = createGraphBuilder()
    const x = builder.value('feed', 'x', [-1, 4], { slot: 0 })
    const narrow = builder.value('parameter', 'narrow', [100, 1])
    const wide = [0, 1, 2].map((i) =>
      builder.emitOne('dense', [x, builder.value('parameter', `w${i}`, [4, 100]), null]),
    )
    const sums = wide.map((value) => builder.emitOne('dense', [value, narrow, null]))
    const graph = builder.finish('branches', [{ name: 'sum', value: builder.emitOne('add', sums) }])
    const ordered = verify(schedule(graph, 32), 'schedule')
    const widths = ordered.nodes.map((node) => graph.values.get(node.outputs[0] as ValueId)?.shape[1])
    expect(widths).toEqual([100, 1, 100, 1, 100, 1, 1])
  })

  it('keeps readers before the node that overwrites in place, even where another order saved memory', () => {
    const builder = createGraphBuilder()
    const kept = builder.value('feed', 'kept', [-1, 50, 4], { slot: 0 })
    const x = builder.value('feed', 'x', [-1, 40, 4], { slot: 1 })
    const mean = builder.value('state', 'mean', [4])
    const variance = builder.value('state', 'variance', [4])
    const statistics = [null, null, mean, variance]
    const read = builder.emitOne('batch_normalization_inference', [kept, ...statistics])
    const y = builder.emit('batch_normalization', [x, ...statistics])[0] as ValueId
    const part = builder.emitOne('slice', [y], { axis: 1, begin: 0 }, { shape: [-1, 1, 4] })
    const outputs = [kept, read, part].map((value) => ({ name: `%${value}`, value }))
    const ordered = verify(schedule(builder.finish('statistics', outputs), 1), 'schedule')
    expect(ordered.nodes.map((node) => node.op)).toEqual([
      'batch_normalization_inference',
      'batch_normalization',
      'slice',
    ])
  })

  it('puts the update last', () => {
    const builder = createGraphBuilder()
    const w = builder.value('parameter', 'w', [3])
    const g = builder.value('feed', 'g', [3], { slot: 0 })
    builder.emit('sgd_update', [w, g], { count: 1 })
    builder.emit('accumulate', [builder.emitOne('l1_penalty', [g], { factor: 1 })], { slot: 0 })
    const ordered = verify(schedule(builder.finish('update', []), 1), 'schedule')
    expect(ordered.nodes.map((node) => node.op)).toEqual(['l1_penalty', 'accumulate', 'sgd_update'])
  })
})
